"""hf_jobs: the tool."""

from typing import Any

from django.conf import settings
from mcp import MCPError
from pydantic import Field, ValidationError

from accounts.catalogue import Effect
from mcpendpoint.hub.errors import HubError, HubUncertain
from mcpendpoint.protocol.records import Reason
from mcpendpoint.tools.base import (
    Arguments,
    Consequence,
    Consequences,
    Tool,
    ToolContext,
    ToolError,
    ToolOutput,
)
from mcpendpoint.tools.hub_failures import tool_error
from mcpendpoint.tools.invalid_arguments import invalid_arguments
from mcpendpoint.tools.jobs.arguments import (
    JobArguments,
    JobsArguments,
    LogsArguments,
    ScheduledJobArguments,
    Submission,
)
from mcpendpoint.tools.jobs.consequences import WITH_TOKEN, consequence_of
from mcpendpoint.tools.jobs.guide import help_for, usage
from mcpendpoint.tools.jobs.operations import OPERATION_ALIASES, OPERATIONS, Operation
from mcpendpoint.tools.jobs.redaction import Redactor, secret_variables
from mcpendpoint.tools.jobs.results import JobsResult, Outcome
from mcpendpoint.tools.jobs.work import Work
from mcpendpoint.tools.leniency import choose

PAYMENT_REQUIRED = 402
HELP = "help"


class HfJobsArguments(Arguments):
    operation: str | None = Field(
        default=None,
        description="What to do; leave it out for a guide.",
        json_schema_extra={"enum": list(OPERATIONS)},
        examples=["logs"],
    )
    args: dict[str, Any] = Field(
        default={},
        repr=False,
        description='Its arguments; {"help": true} explains them.',
        examples=[{"job_id": "687f911eaea852de79c4a50a", "tail": 100}],
    )

    @classmethod
    def _arranged(cls, data: dict[str, Any]) -> dict[str, Any]:
        """Take arguments that were written next to `operation` for those of the operation."""
        if data.get("args"):
            return data
        beside = {name: value for name, value in data.items() if name not in cls.model_fields}
        kept = {name: value for name, value in data.items() if name in cls.model_fields}
        return {**kept, "args": beside} if beside else data


async def run(arguments: HfJobsArguments, context: ToolContext) -> ToolOutput:
    if arguments.operation is None:
        guide = usage()
        return _output(None, Outcome(kind="usage", instructions=guide), guide)
    operation = _operation(arguments.operation)
    if _wants_help(operation, arguments):
        guide = help_for(operation)
        return _output(operation.name, Outcome(kind="help", instructions=guide), guide)
    return await _run(operation, _read(operation, arguments.args), context)


def _wants_help(operation: Operation, arguments: HfJobsArguments) -> bool:
    is_asked_for = str(arguments.args.get(HELP, "")).lower() == "true"
    return is_asked_for or (operation.needs_arguments and not arguments.args)


def _consequence_of(arguments: HfJobsArguments) -> Consequence | None:
    try:
        operation = _operation(arguments.operation or "")
        if _wants_help(operation, arguments):
            return None
        return consequence_of(operation.name, _read(operation, arguments.args))
    except (ToolError, MCPError):
        return None


def _operation(asked: str) -> Operation:
    operation = OPERATIONS.get(choose(asked, OPERATIONS, OPERATION_ALIASES))
    if operation is None:
        raise ToolError(
            f"There is no operation {asked[:60]!r}. There are: {', '.join(OPERATIONS)}.",
            reason=Reason.INVALID_ARGUMENTS,
        )
    return operation


def _read(operation: Operation, args: dict[str, Any]) -> JobsArguments:
    given = {name: value for name, value in args.items() if name != HELP}
    try:
        return operation.arguments.model_validate(given)
    except ValidationError as error:
        name = f"hf_jobs {operation.name}"
        raise invalid_arguments(name, operation.arguments, error) from error


async def _run(operation: Operation, arguments: JobsArguments, context: ToolContext) -> ToolOutput:
    token = await context.hub_token()
    if token is None:  # the selection has seen to it that nobody comes here
        raise ToolError(f"To use jobs, {context.directions.sign_in}.", reason=Reason.NO_CREDENTIAL)
    work = Work(await context.hub(), token, context)
    try:
        done = await operation.run(arguments, work)
    except HubError as error:
        raise _explain(error, operation, arguments, token, context) from error
    return _output(
        operation.name,
        done.outcome,
        done.text,
        total=done.total,
        shared=done.shared,
        failed=done.failed,
    )


def _explain(
    error: HubError,
    operation: Operation,
    arguments: JobsArguments,
    token: str,
    context: ToolContext,
) -> ToolError:
    """Say what went wrong; the Hub's own words may quote what it was sent."""
    hidden = [token]
    if isinstance(arguments, Submission):
        hidden += [*arguments.secrets.values(), *secret_variables(arguments.env)]
    redact = Redactor(hidden)
    explained = tool_error(error, _subject(operation, arguments), context)
    text = str(explained)
    if error.status == PAYMENT_REQUIRED:
        text += f" Credits are bought at {settings.HF_ENDPOINT}/settings/billing."
    if isinstance(error, HubUncertain):
        listing = "scheduled ps" if operation.name.startswith("scheduled") else "ps"
        text += f' {{"operation": "{listing}", "args": {{"all": true}}}} lists what there is.'
    return ToolError(
        redact(text),
        is_retryable=explained.is_retryable,
        retry_after_seconds=explained.retry_after_seconds,
        reason=explained.reason,
    )


def _subject(operation: Operation, arguments: JobsArguments) -> str:
    match arguments:
        case JobArguments() | LogsArguments():
            return f"Job `{arguments.job_id}`"
        case ScheduledJobArguments():
            return f"Scheduled job `{arguments.scheduled_job_id}`"
        case _:
            return f"hf_jobs {operation.name}"


def _output(
    operation: str | None,
    outcome: Outcome,
    text: str,
    *,
    total: int = 0,
    shared: int = 0,
    failed: Reason | None = None,
) -> ToolOutput:
    result = JobsResult(
        operation=operation, outcome=outcome, total_results=total, results_shared=shared
    )
    return ToolOutput(result, text, failed=failed)


HF_JOBS = Tool(
    name="hf_jobs",
    title="Hugging Face Jobs",
    purpose="Runs commands and Python scripts on Hugging Face's hardware, which costs money.",
    description=(
        "Run Python scripts (uv) or commands in Docker images on Hugging Face's CPUs and GPUs, now "
        "or on a schedule: analyse whole datasets, evaluate, train, batch inference. Follow logs, "
        "inspect, cancel. "
        'Minimal: {"operation":"run","args":{"image":"python:3.12","command":["python","-c",'
        '"print(1)"]}}; then logs or inspect with {"job_id":"…"}. '
        "Call it without arguments for a guide."
    ),
    arguments=HfJobsArguments,
    result=JobsResult,
    run=run,
    effects=frozenset({Effect.WRITE, Effect.SPEND}),
    hub_scopes=("jobs",),
    is_destructive=True,
    is_default=False,
    needs_sign_in=True,
    consequences=Consequences(WITH_TOKEN, _consequence_of),
    rents_hardware=True,
)
