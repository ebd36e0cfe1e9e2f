"""What each operation of hf_jobs takes. Pure: no I/O."""

import re
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)

from mcpendpoint.hub.jobs import STAGES
from mcpendpoint.tools import cursors
from mcpendpoint.tools.base import Arguments
from mcpendpoint.tools.jobs.commands import split_command
from mcpendpoint.tools.jobs.durations import parse_duration
from mcpendpoint.tools.jobs.volumes import FORMAT, parse_volume
from mcpendpoint.tools.leniency import LEFT_TO_ITS_TYPE, FromText, by_comma

DEFAULT_TIMEOUT_SECONDS = 30 * 60
DEFAULT_WAIT_SECONDS = 10
MAX_WAIT_SECONDS = 600
DEFAULT_TAIL = 20
MAX_TAIL = 10_000
MAX_INSPECTED = 50
MAX_PAGE = 100

NAMESPACE_PATTERN = r"^[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,94}[A-Za-z0-9_])?$"
ID_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$"


def _seconds_of(value: Any) -> Any:
    return value if isinstance(value, bool) else parse_duration(str(value))


def _argv_of(value: Any) -> Any:
    return split_command(value) if isinstance(value, str) else value


def _stages_of(words: list[str]) -> list[str]:
    """Return the stages that each word is a part of, as `complete` is."""
    wanted = [word.strip().upper() for word in words if word.strip()]
    found = [stage for stage in STAGES if any(word in stage for word in wanted)]
    if wanted and not found:
        raise ValueError(f"is no stage of a job. There are {', '.join(STAGES)}")
    return found


JobId = Annotated[str, StringConstraints(pattern=ID_PATTERN, strip_whitespace=True)]
VariableName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,199}$")]
Variables = dict[VariableName, str]
LabelText = Annotated[str, StringConstraints(max_length=100, pattern=r"^[A-Za-z0-9_.-]*$")]
Labels = Annotated[dict[LabelText, LabelText], FromText(by_comma)]
Seconds = Annotated[int, BeforeValidator(_seconds_of, json_schema_input_type=str)]
Cursor = Annotated[
    str | None,
    Field(max_length=cursors.MAX_CURSOR_TEXT_CHARS, description="next_cursor of the page before."),
]
Volume = Annotated[
    dict[str, Any],
    LEFT_TO_ITS_TYPE,
    BeforeValidator(parse_volume, json_schema_input_type=str),
]


_JOB_PAGE = re.compile(
    r"(?:https?://[^/]+/|[^/]+\.[^/]+/)?(?:jobs/)?(?P<namespace>[^/]+)/(?:scheduled/)?"
    r"(?P<id>[^/?#]+)(?:[/?#].*)?"
)
"""The address of a job's page, or `namespace/id` as the hf command line takes it."""


class JobsArguments(Arguments):
    # Words of a command and values of secrets are taken as they are.
    model_config = ConfigDict(str_strip_whitespace=False, hide_input_in_errors=True)

    namespace: str | None = Field(
        default=None,
        pattern=NAMESPACE_PATTERN,
        description="User or organization that owns the jobs. Default: the caller.",
    )

    @classmethod
    def _arranged(cls, data: dict[str, Any]) -> dict[str, Any]:
        """Take a namespace out of what names a job, where it is not given otherwise."""
        for name in ("job_id", "scheduled_job_id"):
            if name in data and name in cls.model_fields:
                data = _with_namespace_of(name, data)
        return data


def _with_namespace_of(name: str, data: dict[str, Any]) -> dict[str, Any]:
    written = data[name]
    texts = by_comma(written) if isinstance(written, str) else written
    if not isinstance(texts, list):
        return data
    pages = [_JOB_PAGE.fullmatch(text) if isinstance(text, str) else None for text in texts]
    found = {page["namespace"] for page in pages if page}
    if len(found) != 1:
        return data
    ids = [page["id"] if page else text for page, text in zip(pages, texts, strict=True)]
    given = {name: value for name, value in data.items() if value}
    return {"namespace": found.pop(), **given, name: ids}


class Submission(JobsArguments):
    flavor: str = Field(default="cpu-basic", description="Hardware; see operation `hardware`.")
    env: Variables = Field(default={}, repr=False, description="Environment variables.")
    secrets: Variables = Field(
        default={},
        repr=False,
        description='Secret variables. {"HF_TOKEN": "$HF_TOKEN"} passes the caller\'s own token.',
    )
    timeout: Seconds = Field(
        default=DEFAULT_TIMEOUT_SECONDS,
        description='How long it may run: "30s", "5m", "2h", "1d", or seconds.',
    )
    volumes: list[Volume] = Field(default=[], description=f"Mounts: {FORMAT}")
    name: LabelText | None = Field(default=None, description="The same as labels.name.")
    labels: Labels = Field(default={}, description="Up to 100 of A-Z a-z 0-9 - _ . each.")
    resource_group_id: str | None = Field(
        default=None,
        max_length=100,
        description="Whom in the organization (namespace) to bill.",
    )
    detach: bool = Field(
        default=False, description="Return at once, without waiting for what it prints."
    )
    wait_seconds: int = Field(
        default=DEFAULT_WAIT_SECONDS,
        ge=1,
        le=MAX_WAIT_SECONDS,
        description="How long to follow the log when not detached.",
    )

    @model_validator(mode="after")
    def _consistent(self) -> "Submission":
        if self.name is not None and "name" in self.labels:
            raise ValueError("name and labels.name are the same: give one of them")
        if self.resource_group_id is not None and self.namespace is None:
            raise ValueError("resource_group_id needs its organization as namespace")
        if twice := self.env.keys() & self.secrets.keys():
            raise ValueError(f"both in env and in secrets: {', '.join(sorted(twice))}")
        return self


class RunArguments(Submission):
    image: str = Field(
        default="python:3.12",
        max_length=500,
        description="Docker image, or a Space as hf.co/spaces/OWNER/NAME.",
    )
    command: Annotated[
        list[str],
        LEFT_TO_ITS_TYPE,
        BeforeValidator(_argv_of, json_schema_input_type=list[str] | str),
    ] = Field(
        min_length=1,
        description=(
            'An argv, e.g. ["python", "-c", "print(1)"]. A string is split into words; '
            'for shell syntax use ["/bin/sh", "-lc", "…"].'
        ),
    )


class UvArguments(Submission):
    script: str = Field(
        min_length=1, description="Python source text, the URL of a script, or its path."
    )
    with_deps: list[str] = Field(default=[], description="Packages that it needs.")
    script_args: list[str] = Field(default=[], description="Arguments of the script.")
    python: str | None = Field(default=None, max_length=50, description='Python, e.g. "3.12".')


class Schedule(JobsArguments):
    schedule: str = Field(
        min_length=1,
        max_length=100,
        description='Five fields of cron ("0 9 * * 1-5"), or @hourly, @daily, @weekly, @monthly…',
    )
    suspend: bool = Field(default=False, description="Create it without starting it.")


class ScheduledRunArguments(RunArguments, Schedule):
    pass


class ScheduledUvArguments(UvArguments, Schedule):
    pass


class PsArguments(JobsArguments):
    all: bool = Field(default=False, description="Also those that have ended.")
    status: Annotated[
        list[str],
        FromText(by_comma),
        AfterValidator(_stages_of),
        WithJsonSchema({"type": "string"}),
    ] = Field(default=[], description=f"Only these stages: {', '.join(STAGES)}.")
    labels: Labels = Field(default={}, description="All of these have to match.")
    limit: int = Field(default=50, ge=1, le=MAX_PAGE, description="Most jobs of one page.")
    cursor: Cursor = None


class LogsArguments(JobsArguments):
    job_id: JobId = Field(description="The job.")
    tail: int = Field(default=DEFAULT_TAIL, ge=1, le=MAX_TAIL, description="Last lines to return.")
    wait_seconds: int = Field(
        default=DEFAULT_WAIT_SECONDS,
        ge=1,
        le=MAX_WAIT_SECONDS,
        description="How long to follow a job that runs.",
    )


_ONE_OR_MORE_TEXTS = {"anyOf": [{"type": "array", "items": {"type": "string"}}, {"type": "string"}]}


class InspectArguments(JobsArguments):
    job_id: Annotated[
        list[JobId],
        FromText(by_comma),
        WithJsonSchema(_ONE_OR_MORE_TEXTS),
    ] = Field(min_length=1, max_length=MAX_INSPECTED, description="One job, or several.")


class JobArguments(JobsArguments):
    job_id: JobId = Field(description="The job.")


class LabelsArguments(JobArguments):
    labels: Labels = Field(description="Replace all there are; {} removes them.")


class ScheduledPsArguments(JobsArguments):
    all: bool = Field(default=False, description="Also those that are suspended.")
    labels: Labels = Field(default={}, description="All of these have to match.")
    limit: int = Field(default=50, ge=1, le=MAX_PAGE, description="Most of one page.")
    cursor: Cursor = None


class ScheduledJobArguments(JobsArguments):
    scheduled_job_id: JobId = Field(description="The scheduled job.")


class ScheduledLabelsArguments(ScheduledJobArguments):
    labels: Labels = Field(description="Replace all there are; {} removes them.")
