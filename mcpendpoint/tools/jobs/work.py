"""What every operation needs: the Hub, whose jobs they are, and what must not be read."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from mcpendpoint.hub.client import HubClient
from mcpendpoint.hub.jobs import Job, JobSpec, ScheduledJob
from mcpendpoint.tools.base import ToolContext, ToolError
from mcpendpoint.tools.jobs.memory import recall_secrets
from mcpendpoint.tools.jobs.redaction import Redactor, secret_variables
from mcpendpoint.tools.jobs.results import Outcome, job_url
from mcpendpoint.tools.own_account import whoami


@dataclass(frozen=True)
class Done:
    outcome: Outcome
    text: str
    total: int = 1
    """How many there were."""
    shared: int = 1
    """How many of them are told."""
    is_error: bool = False


@dataclass(frozen=True)
class Work:
    hub: HubClient
    token: str = field(repr=False)
    context: ToolContext

    async def namespace(self, asked: str | None) -> str:
        """Return whose jobs are meant: the caller's own when nobody is named."""
        if asked is not None:
            return asked
        return (await whoami(self.token, self.context)).name

    async def redactor(self, job: Job | ScheduledJob) -> Redactor:
        """Return what takes the secrets of a job out of what is told of it."""
        return self.redactor_of(job, await recall_secrets(_ids(job)))

    async def check_log_may_be_told(self, job: Job) -> None:
        """Raise ToolError for a log that may hold secrets which nobody here knows.

        They were given elsewhere, or are forgotten: the cache is no place that lasts. Tokens are
        known by their form.
        """
        unknown = sorted({*job.secret_names} - {"HF_TOKEN"})
        if unknown and not await recall_secrets(_ids(job)):
            page = job_url(job.owner.name, job.id)
            raise ToolError(
                f"The log of job `{job.id}` is withheld: this server does not know the values of "
                f"its secrets ({', '.join(unknown[:10])[:200]}), so they cannot be taken out of "
                f"it. The user can read it at {page}."
            )

    async def redactors(self, found: Iterable[Job | ScheduledJob]) -> list[Redactor]:
        jobs = list(found)
        known = await recall_secrets([each for job in jobs for each in _ids(job)])
        return [self.redactor_of(job, known) for job in jobs]

    def redactor_of(self, job: Job | ScheduledJob, secrets: Iterable[str]) -> Redactor:
        spec: JobSpec = job.job_spec if isinstance(job, ScheduledJob) else job
        values = [self.token, *secrets, *secret_variables(spec.environment)]
        return Redactor(values, spec.secret_names)


def _ids(job: Job | ScheduledJob) -> list[str]:
    """Return what the secrets of a job may be remembered by: itself, or what started it."""
    started_by = job.initiator.id if isinstance(job, Job) and job.initiator else ""
    return [job.id, started_by] if started_by else [job.id]
