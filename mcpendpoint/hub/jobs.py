"""Jobs and scheduled jobs of a namespace: running, listing, inspecting, ending them.

A look always asks the Hub: what a job does is never known for long.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Annotated, Any

from pydantic import AliasChoices, BeforeValidator, Field

from mcpendpoint.hub.client import HubClient
from mcpendpoint.hub.errors import HubBadAnswer, HubUncertain
from mcpendpoint.hub.ids import url_path
from mcpendpoint.hub.pages import Page
from mcpendpoint.hub.transport import Params
from mcpendpoint.hub.types import HubModel, HubModelT, Name, read

STAGES = ("SCHEDULING", "RUNNING", "COMPLETED", "CANCELED", "ERROR", "DELETED")
FINISHED_STAGES = frozenset(STAGES[2:])

HARDWARE_SECONDS = 600.0
UNNAMED_SECRET = "?"  # noqa: S105 - a name
MAX_LOG_BYTES = 24_000_000
"""Of one stream of a job's log."""


def _names_only(value: Any) -> list[str]:
    """Return the names of secrets, without values should the Hub ever send any.

    It sends an object (huggingface_hub 2.4.0, JobSpec.secrets). In any other form they are still
    secrets, so they are not taken for none.
    """
    if not value:
        return []
    names = value if isinstance(value, dict | list) else [value]
    return [name if isinstance(name, str) else UNNAMED_SECRET for name in names]


def _as_texts(value: Any) -> Any:
    """Return variables with their values as text: the Hub may send numbers (huggingface_hub
    1.29.0, JobInfo.environment), and no variable is left out of what is redacted."""
    if not isinstance(value, dict):
        return value
    plain = {name: text for name, text in value.items() if isinstance(text, str | int | float)}
    return dict.fromkeys(value, "") | {name: str(text) for name, text in plain.items()}


class Owner(HubModel):
    id: str = ""
    name: Name = ""
    type: Name | None = None


class Status(HubModel):
    stage: Name = "UNKNOWN"
    message: str | None = None
    expose_urls: list[str] = Field(default=[], alias="exposeUrls")


class Volume(HubModel):
    type: Name
    source: str
    mount_path: str = Field(alias="mountPath")
    read_only: bool | None = Field(default=None, alias="readOnly")
    revision: str | None = None
    path: str | None = None


class Expose(HubModel):
    ports: list[int] = []


class JobSpec(HubModel):
    """What is to be run."""

    docker_image: str | None = Field(default=None, alias="dockerImage")
    space_id: str | None = Field(default=None, alias="spaceId")
    command: list[str] = []
    arguments: list[str] = []
    environment: Annotated[dict[str, str], BeforeValidator(_as_texts)] = Field(
        default={}, repr=False
    )
    secret_names: Annotated[list[str], BeforeValidator(_names_only)] = Field(
        default=[], alias="secrets"
    )
    flavor: Name = ""
    timeout_seconds: int | None = Field(
        default=None, validation_alias=AliasChoices("timeoutSeconds", "timeout")
    )
    labels: dict[str, str] = {}
    volumes: list[Volume] = []
    expose: Expose = Expose()


class Job(JobSpec):
    id: str = Field(min_length=1, max_length=100)
    created_at: datetime | None = Field(default=None, alias="createdAt")
    started_at: datetime | None = Field(default=None, alias="startedAt")
    finished_at: datetime | None = Field(default=None, alias="finishedAt")
    status: Status = Status()
    owner: Owner = Owner()
    created_by: Owner | None = Field(default=None, alias="createdBy")
    initiator: Owner | None = None
    """Who or what started it: a user, or a scheduled job."""
    cancel_reason: str | None = Field(default=None, alias="cancelReason")
    """Said of late, if at all: huggingface_hub 1.29 knows `status.message` alone."""
    tags: list[str] = []

    @property
    def is_finished(self) -> bool:
        return self.status.stage in FINISHED_STAGES


class LastJob(HubModel):
    id: str
    at: datetime | None = None


class ScheduleStatus(HubModel):
    last_job: LastJob | None = Field(default=None, alias="lastJob")
    next_run_at: datetime | None = Field(default=None, alias="nextJobRunAt")


class ScheduledJob(HubModel):
    id: str = Field(min_length=1, max_length=100)
    schedule: str = ""
    suspend: bool = False
    suspend_reason: str | None = Field(default=None, alias="suspendReason")
    """Said of late, if at all: huggingface_hub 1.29 knows `suspend` alone."""
    created_at: datetime | None = Field(default=None, alias="createdAt")
    owner: Owner = Owner()
    job_spec: JobSpec = Field(default=JobSpec(), alias="jobSpec")
    status: ScheduleStatus = ScheduleStatus()


class Accelerator(HubModel):
    model: Name | None = None
    quantity: Name | int | None = None
    vram: Name | None = None


class Flavor(HubModel):
    """Hardware that jobs run on."""

    name: str = Field(min_length=1, max_length=100)
    pretty_name: Name | None = Field(default=None, alias="prettyName")
    cpu: Name | None = None
    ram: Name | None = None
    accelerator: Accelerator | None = None
    unit_cost_usd: float | None = Field(default=None, alias="unitCostUSD")
    unit_label: Name | None = Field(default=None, alias="unitLabel")


async def list_flavors(hub: HubClient) -> list[Flavor]:
    page = await hub.get_page(Flavor, "/api/jobs/hardware", seconds=HARDWARE_SECONDS)
    return page.items


async def run_job(hub: HubClient, namespace: str, spec: Mapping[str, Any]) -> Job:
    return _made(Job, await hub.change("POST", _jobs(namespace), spec))


async def list_jobs(
    hub: HubClient,
    namespace: str,
    *,
    stages: Sequence[str] = (),
    labels: Mapping[str, str],
    cursor: str | None,
) -> Page[Job]:
    """Return one page, the newest first. No stages: all of them."""
    params = [*(("stage", stage) for stage in stages), *_labels(labels)]
    return await hub.get_page(Job, _jobs(namespace), [*params, *_cursor(cursor)], seconds=0)


async def get_job(hub: HubClient, namespace: str, job_id: str, *, seconds: float = 0) -> Job:
    """`seconds` for when it is only about what never changes of a job."""
    return await hub.get_model(Job, _jobs(namespace, job_id), seconds=seconds)


async def cancel_job(hub: HubClient, namespace: str, job_id: str) -> None:
    await hub.change("POST", _jobs(namespace, job_id, "cancel"))


async def replace_labels(
    hub: HubClient, namespace: str, job_id: str, labels: Mapping[str, str]
) -> Job:
    path = _jobs(namespace, job_id, "labels")
    return _made(Job, await hub.change("PUT", path, {"labels": dict(labels)}))


def follow_logs(
    hub: HubClient, namespace: str, job_id: str, *, tail: int
) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
    """Open the log: its last lines, then what follows until the job ends."""
    params = [("tail", str(tail))]
    return hub.follow(_jobs(namespace, job_id, "logs"), params, max_bytes=MAX_LOG_BYTES)


async def create_schedule(
    hub: HubClient, namespace: str, schedule: str, spec: Mapping[str, Any], *, suspend: bool
) -> ScheduledJob:
    body = {"schedule": schedule, "suspend": suspend, "jobSpec": spec}
    return _made(ScheduledJob, await hub.change("POST", _schedules(namespace), body))


async def list_schedules(
    hub: HubClient, namespace: str, *, labels: Mapping[str, str], cursor: str | None
) -> Page[ScheduledJob]:
    # "The endpoint only supports a single `label` filter" (huggingface_hub 2.4.0, hf_api.py).
    params = [*_labels(labels)[:1], *_cursor(cursor)]
    return await hub.get_page(ScheduledJob, _schedules(namespace), params, seconds=0)


async def get_schedule(hub: HubClient, namespace: str, schedule_id: str) -> ScheduledJob:
    return await hub.get_model(ScheduledJob, _schedules(namespace, schedule_id), seconds=0)


async def delete_schedule(hub: HubClient, namespace: str, schedule_id: str) -> None:
    await hub.change("DELETE", _schedules(namespace, schedule_id))


async def suspend_schedule(hub: HubClient, namespace: str, schedule_id: str) -> None:
    await hub.change("POST", _schedules(namespace, schedule_id, "suspend"))


async def resume_schedule(hub: HubClient, namespace: str, schedule_id: str) -> None:
    await hub.change("POST", _schedules(namespace, schedule_id, "resume"))


async def replace_schedule_labels(
    hub: HubClient, namespace: str, schedule_id: str, labels: Mapping[str, str]
) -> ScheduledJob:
    path = _schedules(namespace, schedule_id, "labels")
    return _made(ScheduledJob, await hub.change("PUT", path, {"labels": dict(labels)}))


def _made(kind: type[HubModelT], answer: Any) -> HubModelT:
    """Read what the Hub says of a change, which it has made even when that cannot be read."""
    try:
        return read(kind, answer)
    except HubBadAnswer as error:
        raise HubUncertain(error.message) from error


def _jobs(*segments: str) -> str:
    return url_path("api", "jobs", *segments)


def _schedules(*segments: str) -> str:
    return url_path("api", "scheduled-jobs", *segments)


def _labels(labels: Mapping[str, str]) -> Params:
    return [("label", f"{key}={value}") for key, value in labels.items()]


def _cursor(cursor: str | None) -> Params:
    return [("cursor", cursor)] if cursor else []
