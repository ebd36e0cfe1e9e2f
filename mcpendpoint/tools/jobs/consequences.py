"""What an operation of hf_jobs spends or deletes, for the person who has a say in it.

Pure but for what is looked up when somebody is to read it: the price, and what a schedule runs.
"""

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from accounts.consequences import Kind
from mcpendpoint.hub.errors import HubError
from mcpendpoint.hub.jobs import ScheduledJob, get_schedule
from mcpendpoint.tools.base import Consequence, ToolContext, ToolError
from mcpendpoint.tools.jobs.arguments import (
    DEFAULT_TIMEOUT_SECONDS,
    JobsArguments,
    RunArguments,
    Schedule,
    ScheduledJobArguments,
    Submission,
    UvArguments,
)
from mcpendpoint.tools.jobs.prices import in_words, priced, with_price
from mcpendpoint.tools.jobs.redaction import Redactor
from mcpendpoint.tools.jobs.specs import CALLERS_TOKEN
from mcpendpoint.tools.jobs.volumes import may_change
from mcpendpoint.tools.jobs.work import Work

SPENDS = frozenset({Kind.SPEND})
DELETES = frozenset({Kind.DELETE})
WITH_TOKEN = frozenset({Kind.SPEND, Kind.DELETE, Kind.PUBLISH})
"""What a program can do that gets the person's token."""


def consequence_of(operation: str, arguments: JobsArguments) -> Consequence | None:
    """Return None for what only looks, and for what ends a job."""
    match arguments:
        case Submission():
            return _of_submission(arguments)
        case ScheduledJobArguments() if operation == "scheduled resume":
            # As long as nobody has looked, what it runs may do anything.
            return _of_schedule("Resume", WITH_TOKEN, arguments)
        case ScheduledJobArguments() if operation == "scheduled delete":
            return _of_schedule("Delete", DELETES, arguments)
    return None


def _of_schedule(
    deed: str, kinds: frozenset[Kind], arguments: ScheduledJobArguments
) -> Consequence:
    title = f"{deed} the scheduled job {arguments.scheduled_job_id}"
    known = Consequence(kinds, title, _billed_to(arguments))
    return replace(known, look_closer=partial(_with_schedule, known, arguments))


async def _with_schedule(
    known: Consequence, arguments: ScheduledJobArguments, context: ToolContext
) -> Consequence:
    try:
        work = Work(await context.hub(), await context.hub_token() or "", context)
        namespace = await work.namespace(arguments.namespace)
        found = await get_schedule(work.hub, namespace, arguments.scheduled_job_id)
    except (HubError, ToolError):
        return replace(known, lines=("The Hub did not say what it runs.", *known.lines))
    spec, redact = found.job_spec, await work.redactor(found)
    lines = (*map(redact, _lines_of_schedule(found)), *known.lines)
    state = f"{found.schedule} {spec.model_dump_json()}"
    if Kind.SPEND not in known.kinds:
        return replace(known, lines=lines, state=state)
    volumes = (volume.model_dump(by_alias=True) for volume in spec.volumes)
    kinds = SPENDS | DELETES if any(map(may_change, volumes)) else SPENDS
    if spec.secret_names:  # any of which may be a token
        kinds = WITH_TOKEN
    spending = replace(known, kinds=kinds, lines=lines, state=state)
    seconds = spec.timeout_seconds or DEFAULT_TIMEOUT_SECONDS
    return await with_price(spending, spec.flavor, seconds, context, recurs=True)


def _lines_of_schedule(found: ScheduledJob) -> Iterator[str]:
    spec = found.job_spec
    yield f"Command: {shlex.join([*spec.command, *spec.arguments])}"
    yield f"On {spec.flavor}, again and again: {found.schedule}"
    yield f"Image: {spec.docker_image or spec.space_id}"
    if spec.secret_names:
        yield f"Gets these secrets: {', '.join(spec.secret_names)}"
    for volume in spec.volumes:
        yield _mounted(volume.model_dump(by_alias=True))


def _of_submission(arguments: Submission) -> Consequence:
    what = "a Python script" if isinstance(arguments, UvArguments) else "a command"
    title = f"Run {what} on {arguments.flavor}"
    if isinstance(arguments, Schedule):
        title = f"Run {what} on {arguments.flavor} again and again: {arguments.schedule}"
        title += ", not started yet" if arguments.suspend else ""
    kinds = SPENDS | DELETES if any(map(may_change, arguments.volumes)) else SPENDS
    if _names_of_token(arguments):
        kinds = WITH_TOKEN
    spending = Consequence(kinds, title, tuple(_lines(arguments)))
    recurs = isinstance(arguments, Schedule)
    return priced(spending, arguments.flavor, arguments.timeout, recurs=recurs)


def _lines(arguments: Submission) -> Iterator[str]:
    """The first ones are what decides: a client may show no more."""
    tokens = _names_of_token(arguments)
    if tokens:
        yield f"Gets your own Hugging Face token, as {', '.join(tokens)}"
    yield from _program(arguments)
    if others := sorted(arguments.secrets.keys() - set(tokens)):
        yield f"Gets these secrets, which are not shown and may hold anything: {', '.join(others)}"
    variables = {name: arguments.env[name] for name in sorted(arguments.env) if name not in tokens}
    if variables:
        # Also of those whose names say that they are secret: a command can run what is in them.
        known = "\n".join(f"{name}={value}" for name, value in variables.items())
        yield f"Environment:\n{Redactor()(known)}"
    if arguments.labels or arguments.name:
        labels = arguments.labels | ({"name": arguments.name} if arguments.name else {})
        yield f"Labels: {', '.join(f'{name}={value}' for name, value in labels.items())}"
    yield f"Ends after: {in_words(arguments.timeout)}"
    yield from _billed_to(arguments)
    if arguments.resource_group_id:
        yield f"Resource group: {arguments.resource_group_id}"
    for volume in arguments.volumes:
        yield _mounted(volume)


def _mounted(volume: Mapping[str, Any]) -> str:
    mode = "may write to and delete in" if may_change(volume) else "reads"
    path = f"/{volume['path']}" if volume.get("path") else ""
    return f"Mounted at {volume['mountPath']}: {mode} the {volume['type']} {volume['source']}{path}"


def _program(arguments: Submission) -> Iterator[str]:
    match arguments:
        case RunArguments():
            yield f"Command: {shlex.join(arguments.command)}"
            yield f"Image: {arguments.image}"
        case UvArguments():
            yield f"Script: {arguments.script}"
            if arguments.script_args:
                yield f"Arguments: {shlex.join(arguments.script_args)}"
            if arguments.with_deps:
                yield f"Packages: {', '.join(arguments.with_deps)}"


def _names_of_token(arguments: Submission) -> list[str]:
    given = arguments.env | arguments.secrets
    return sorted(name for name, value in given.items() if value in CALLERS_TOKEN)


def _billed_to(arguments: JobsArguments) -> tuple[str, ...]:
    return (f"Account: {arguments.namespace}",) if arguments.namespace else ()
