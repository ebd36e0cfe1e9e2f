"""The structured content of hf_jobs. Of environments and secrets it has the names only."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, Self

from django.conf import settings

from mcpendpoint.hub import jobs
from mcpendpoint.tools.base import Result
from mcpendpoint.tools.jobs.redaction import Redactor

Kind = Literal[
    "usage",
    "help",
    "hardware",
    "job",
    "jobs",
    "logs",
    "inspections",
    "scheduled_job",
    "scheduled_jobs",
    "acknowledgement",
]


class Owner(Result):
    id: str
    name: str
    type: str | None = None

    @classmethod
    def of(cls, owner: jobs.Owner | None) -> Self | None:
        if owner is None or not owner.name:
            return None
        return cls(id=owner.id, name=owner.name, type=owner.type)


class Status(Result):
    stage: str
    message: str | None = None
    expose_urls: list[str] | None = None


class Volume(Result):
    type: str
    source: str
    mount_path: str
    revision: str | None = None
    read_only: bool | None = None
    path: str | None = None


class Spec(Result):
    docker_image: str | None = None
    space_id: str | None = None
    command: list[str]
    arguments: list[str] | None = None
    environment_variable_names: list[str]
    secret_names: list[str]
    flavor: str
    timeout_seconds: int | None = None
    volumes: list[Volume] | None = None
    labels: dict[str, str] | None = None
    exposed_ports: list[int] | None = None

    @property
    def name(self) -> str | None:
        return (self.labels or {}).get("name")


class Job(Spec):
    id: str
    url: str
    created_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    status: Status
    owner: Owner | None = None
    created_by: Owner | None = None
    tags: list[str] | None = None

    @classmethod
    def of(cls, job: jobs.Job, namespace: str, redact: Redactor) -> Self:
        message = job.status.message or job.cancel_reason
        return cls(
            id=job.id,
            url=job_url(job.owner.name or namespace, job.id),
            created_at=job.created_at,
            started_at=job.started_at,
            finished_at=job.finished_at,
            status=Status(
                stage=job.status.stage,
                message=redact(message) if message else None,
                expose_urls=[redact(url) for url in job.status.expose_urls] or None,
            ),
            owner=Owner.of(job.owner),
            created_by=Owner.of(job.created_by),
            tags=[redact(tag) for tag in job.tags] or None,
            **spec_facts(job, redact),
        )


class ScheduledJob(Result):
    id: str
    schedule: str
    suspended: bool
    suspend_reason: str | None = None
    last_run: datetime | None = None
    last_job_id: str | None = None
    next_run: datetime | None = None
    owner: Owner | None = None
    created_at: datetime | None = None
    job_spec: Spec

    @classmethod
    def of(cls, scheduled: jobs.ScheduledJob, redact: Redactor) -> Self:
        last = scheduled.status.last_job
        return cls(
            id=scheduled.id,
            schedule=scheduled.schedule,
            suspended=scheduled.suspend,
            suspend_reason=redact(scheduled.suspend_reason) if scheduled.suspend_reason else None,
            last_run=last.at if last else None,
            last_job_id=last.id if last else None,
            next_run=scheduled.status.next_run_at,
            owner=Owner.of(scheduled.owner),
            created_at=scheduled.created_at,
            job_spec=Spec(**spec_facts(scheduled.job_spec, redact)),
        )


class Inspection(Result):
    job_id: str
    status: Literal["success", "error"]
    job: Job | None = None
    message: str | None = None
    retryable: bool | None = None


class Hardware(Result):
    name: str
    title: str | None = None
    cpu: str | None = None
    ram: str | None = None
    accelerator: str | None = None
    usd_per_hour: float | None = None


class Outcome(Result):
    kind: Kind
    instructions: str | None = None
    hardware: list[Hardware] | None = None
    job: Job | None = None
    logs: list[str] | None = None
    """What the job printed last."""
    logs_finished: bool | None = None
    logs_truncated: bool | None = None
    """The job went on printing when this was returned."""
    logs_error: str | None = None
    jobs: list[Job] | None = None
    scheduled_job: ScheduledJob | None = None
    scheduled_jobs: list[ScheduledJob] | None = None
    inspections: list[Inspection] | None = None
    next_cursor: str | None = None
    job_id: str | None = None
    stage: str | None = None
    lines: list[str] | None = None
    finished: bool | None = None
    truncated: bool | None = None
    resource_id: str | None = None
    action: Literal["canceled", "deleted", "suspended", "resumed"] | None = None
    message: str | None = None


class JobsResult(Result):
    operation: str | None = None
    outcome: Outcome
    total_results: int = 0
    results_shared: int = 0


def spec_facts(spec: jobs.JobSpec, redact: Redactor) -> Mapping[str, Any]:
    """Return the fields of a Spec."""
    return {
        "docker_image": redact(spec.docker_image) if spec.docker_image else None,
        "space_id": redact(spec.space_id) if spec.space_id else None,
        "command": redact.command(spec.command),
        "arguments": redact.arguments(spec.arguments) or None,
        "environment_variable_names": sorted(spec.environment),
        "secret_names": sorted(spec.secret_names),
        "flavor": spec.flavor,
        "timeout_seconds": spec.timeout_seconds,
        "volumes": [Volume(**volume.model_dump()) for volume in spec.volumes] or None,
        "labels": {key: redact(value) for key, value in spec.labels.items()} or None,
        "exposed_ports": spec.expose.ports or None,
    }


def job_url(owner: str, job_id: str) -> str:
    return f"{settings.HF_ENDPOINT}/jobs/{owner}/{job_id}"
