"""What every operation needs: the Hub, whose jobs they are, and what must not be read."""

from collections import ChainMap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mcpendpoint.hub.client import HubClient
from mcpendpoint.hub.jobs import Job, JobSpec, ScheduledJob
from mcpendpoint.protocol.records import Reason
from mcpendpoint.tools.base import ToolContext, ToolError
from mcpendpoint.tools.jobs.memory import recall_secrets
from mcpendpoint.tools.jobs.redaction import Redactor, secret_variables
from mcpendpoint.tools.jobs.results import Outcome, job_url
from mcpendpoint.tools.own_account import whoami

CALLERS_TOKEN = "HF_TOKEN"  # noqa: S105 - a name
"""What people call the token that they give a job along; tokens are known by their form."""


@dataclass(frozen=True)
class Done:
    outcome: Outcome
    text: str
    total: int = 1
    """How many there were."""
    shared: int = 1
    """How many of them are told."""
    failed: Reason | None = None
    """Why none of them is."""


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

    async def hf_id(self) -> str:
        """Return the caller's Hugging Face id."""
        return (await whoami(self.token, self.context)).id

    async def redactor(self, job: Job | ScheduledJob) -> Redactor:
        """Return what takes the secrets of a job out of what is told of it."""
        return (await self.redactors([job]))[0]

    async def redactors(self, found: Sequence[Job | ScheduledJob]) -> list[Redactor]:
        known = await recall_secrets({each for job in found for each in _ids(job)})
        return [
            self.redactor_of(job, ChainMap(*(dict(known.get(each, {})) for each in _ids(job))))
            for job in found
        ]

    def redactor_of(self, job: Job | ScheduledJob, secrets: Mapping[str, str]) -> Redactor:
        spec: JobSpec = job.job_spec if isinstance(job, ScheduledJob) else job
        values = [self.token, *secrets.values(), *secret_variables(spec.environment)]
        unknown = sorted({*spec.secret_names} - secrets.keys() - {CALLERS_TOKEN})
        return Redactor(values, spec.secret_names, unknown)


def check_log_may_be_told(job: Job, redact: Redactor) -> None:
    """Raise ToolError for a log that may hold secrets which nobody here knows.

    They were given elsewhere, or are forgotten.
    """
    if redact.unknown:
        page = job_url(job.owner.name, job.id)
        raise ToolError(
            f"The log of job `{job.id}` is withheld: this server does not know the values of "
            f"its secrets ({', '.join(redact.unknown[:10])[:200]}), so they cannot be taken out of "
            f"it. The user can read it at {page}."
        )


def _ids(job: Job | ScheduledJob) -> list[str]:
    """Return what the secrets of a job may be remembered by: itself, or what started it."""
    started_by = job.initiator.id if isinstance(job, Job) and job.initiator else ""
    return [job.id, started_by] if started_by else [job.id]
