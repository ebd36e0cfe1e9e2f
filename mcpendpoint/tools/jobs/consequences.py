"""What an operation of hf_jobs spends or deletes, for the person who has a say in it.

Pure but for the price, which is looked up when somebody is to read it.
"""

import shlex
from collections.abc import Iterator

from accounts.consequences import Kind
from mcpendpoint.tools.base import Consequence
from mcpendpoint.tools.jobs.arguments import (
    JobsArguments,
    RunArguments,
    Schedule,
    ScheduledJobArguments,
    Submission,
    UvArguments,
)
from mcpendpoint.tools.jobs.prices import in_words, priced
from mcpendpoint.tools.jobs.redaction import Redactor
from mcpendpoint.tools.jobs.specs import CALLERS_TOKEN

SPENDS = frozenset({Kind.SPEND})
DELETES = frozenset({Kind.DELETE})


def consequence_of(operation: str, arguments: JobsArguments) -> Consequence | None:
    """Return None for what only looks, and for what ends a job."""
    match arguments:
        case Submission():
            return _of_submission(arguments)
        case ScheduledJobArguments(scheduled_job_id=scheduled_id):
            whose = _billed_to(arguments)
            if operation == "scheduled resume":
                return Consequence(SPENDS, f"Resume the scheduled job {scheduled_id}", whose)
            if operation == "scheduled delete":
                return Consequence(DELETES, f"Delete the scheduled job {scheduled_id}", whose)
    return None


def _of_submission(arguments: Submission) -> Consequence:
    what = "a Python script" if isinstance(arguments, UvArguments) else "a command"
    title = f"Run {what} on {arguments.flavor}"
    if isinstance(arguments, Schedule):
        title = f"Run {what} on {arguments.flavor} again and again: {arguments.schedule}"
        title += ", not started yet" if arguments.suspend else ""
    spending = Consequence(SPENDS, title, tuple(_lines(arguments)))
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
        mode = "reads" if volume.get("readOnly") else "reads and may write"
        path = f"/{volume['path']}" if volume.get("path") else ""
        what = f"the {volume['type']} {volume['source']}{path}"
        yield f"Mounted at {volume['mountPath']}: {mode} {what}"


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
