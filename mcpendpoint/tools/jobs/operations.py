"""Every operation of hf_jobs by its name. Adding one is one line here."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mcpendpoint.tools.jobs import running, scheduling
from mcpendpoint.tools.jobs.arguments import (
    InspectArguments,
    JobArguments,
    JobsArguments,
    LabelsArguments,
    LogsArguments,
    PsArguments,
    RunArguments,
    ScheduledJobArguments,
    ScheduledLabelsArguments,
    ScheduledPsArguments,
    ScheduledRunArguments,
    ScheduledUvArguments,
    UvArguments,
)
from mcpendpoint.tools.jobs.work import Done, Work


@dataclass(frozen=True)
class Operation:
    name: str
    purpose: str
    arguments: type[JobsArguments]
    run: Callable[[Any, Work], Awaitable[Done]]
    example: Mapping[str, Any]
    """Arguments that a call may have."""

    @property
    def needs_arguments(self) -> bool:
        return any(field.is_required() for field in self.arguments.model_fields.values())


_JOB = {"job_id": "JOB_ID"}
_SCHEDULE = {"scheduled_job_id": "SCHEDULED_JOB_ID"}
_ARGV = ["python", "-c", "print('Hello from HF Jobs!')"]

OPERATIONS: Mapping[str, Operation] = {
    operation.name: operation
    for operation in (
        Operation(
            "run",
            "run a command in a Docker image or a Space",
            RunArguments,
            running.run,
            {"image": "python:3.12", "command": _ARGV, "flavor": "cpu-basic"},
        ),
        Operation(
            "uv",
            "run a Python script with the packages it needs",
            UvArguments,
            running.run,
            {"script": "import polars as pl\nprint(pl.__version__)", "with_deps": ["polars"]},
        ),
        Operation("ps", "list jobs", PsArguments, running.list_jobs, {"status": "RUNNING"}),
        Operation(
            "logs", "what a job prints", LogsArguments, running.read_log, {**_JOB, "tail": 100}
        ),
        Operation(
            "inspect", "all about one or several jobs", InspectArguments, running.inspect, _JOB
        ),
        Operation("cancel", "end a job", JobArguments, running.cancel, _JOB),
        Operation(
            "update-labels",
            "replace the labels of a job",
            LabelsArguments,
            running.replace_labels,
            {**_JOB, "labels": {"team": "ml"}},
        ),
        Operation(
            "hardware",
            "list flavors with prices",
            JobsArguments,
            running.show_hardware,
            {},
        ),
        Operation(
            "scheduled run",
            "run a command on a schedule",
            ScheduledRunArguments,
            scheduling.create,
            {"schedule": "@hourly", "image": "python:3.12", "command": _ARGV},
        ),
        Operation(
            "scheduled uv",
            "run a script on a schedule",
            ScheduledUvArguments,
            scheduling.create,
            {"schedule": "0 9 * * 1-5", "script": "import datetime\nprint(datetime.date.today())"},
        ),
        Operation(
            "scheduled ps",
            "list scheduled jobs",
            ScheduledPsArguments,
            scheduling.list_scheduled,
            {"all": True},
        ),
        Operation(
            "scheduled inspect",
            "all about a scheduled job",
            ScheduledJobArguments,
            scheduling.inspect,
            _SCHEDULE,
        ),
        Operation(
            "scheduled delete",
            "delete a scheduled job",
            ScheduledJobArguments,
            scheduling.delete,
            _SCHEDULE,
        ),
        Operation(
            "scheduled suspend",
            "pause a scheduled job",
            ScheduledJobArguments,
            scheduling.suspend,
            _SCHEDULE,
        ),
        Operation(
            "scheduled resume",
            "go on with a scheduled job",
            ScheduledJobArguments,
            scheduling.resume,
            _SCHEDULE,
        ),
        Operation(
            "scheduled update-labels",
            "replace the labels of a scheduled job",
            ScheduledLabelsArguments,
            scheduling.replace_labels,
            {**_SCHEDULE, "labels": {}},
        ),
    )
}

OPERATION_ALIASES = {
    **dict.fromkeys(("list", "list jobs", "jobs"), "ps"),
    **dict.fromkeys(("log", "output", "follow"), "logs"),
    **dict.fromkeys(("info", "status", "get", "show"), "inspect"),
    **dict.fromkeys(("stop", "kill", "end"), "cancel"),
    **dict.fromkeys(("labels", "label"), "update-labels"),
    **dict.fromkeys(("flavors", "prices"), "hardware"),
    **dict.fromkeys(("schedule", "schedule run"), "scheduled run"),
    **dict.fromkeys(("schedule uv",), "scheduled uv"),
    **dict.fromkeys(("scheduled list", "list scheduled"), "scheduled ps"),
    **dict.fromkeys(("scheduled remove",), "scheduled delete"),
    **dict.fromkeys(("scheduled pause",), "scheduled suspend"),
}
