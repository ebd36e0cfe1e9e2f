"""hf_sandbox: create, look after and end sandboxes."""

from typing import Any, Literal

from pydantic import Field

from accounts.catalogue import Effect
from mcpendpoint.hub import jobs
from mcpendpoint.hub.errors import HubError
from mcpendpoint.hub.jobs import Job
from mcpendpoint.hub.sandboxes import Process
from mcpendpoint.tools.base import (
    Consequence,
    Consequences,
    Result,
    Tool,
    ToolContext,
    ToolError,
    ToolOutput,
)
from mcpendpoint.tools.hf_fs.options import Given, Option, options
from mcpendpoint.tools.hub_failures import tool_error
from mcpendpoint.tools.jobs.consequences import WITH_TOKEN
from mcpendpoint.tools.jobs.results import Volume, job_url
from mcpendpoint.tools.jobs.volumes import FORMAT
from mcpendpoint.tools.markdown import MISSING, code, one_line, table
from mcpendpoint.tools.sandbox.argv import ArgvArguments, read_argv
from mcpendpoint.tools.sandbox.bootstrap import NAME_LABEL, volumes_of
from mcpendpoint.tools.sandbox.connecting import Desk, explained, open_desk
from mcpendpoint.tools.sandbox.consequences import consequence_of
from mcpendpoint.tools.sandbox.creation import create
from mcpendpoint.tools.sandbox.handles import Handle

Command = Literal["create", "status", "terminate", "ps", "kill"]

_CREATE_OPTIONS = {
    **options(
        "text",
        name="--name",
        image="--image",
        flavor="--flavor",
        timeout="--timeout",
        namespace="--namespace",
        resource_group_id="--resource-group-id",
        bucket="--bucket",
        bucket_mode="--bucket-mode",
        bucket_mount_path="--bucket-mount-path",
    ),
    **options("texts", volumes="--volume"),
    **options("flag", forward="--forward-hf-token"),
}
_GRAMMAR: dict[Command, tuple[tuple[str, ...], dict[str, Option]]] = {
    "create": ((), _CREATE_OPTIONS),
    "status": (("HANDLE",), {}),
    "terminate": (("HANDLE",), {}),
    "ps": (("HANDLE",), {}),
    "kill": (("HANDLE", "PROCESS_ID"), {}),
}


class SandboxArguments(ArgvArguments):
    cmd: Command = Field(description="What to do.")


class Health(Result):
    ok: bool
    error: str | None = None


class SandboxProcess(Result):
    id: str
    pid: int | None = None
    cmd: str
    tag: str | None = None
    running: bool
    exit_code: int | None = None


class SandboxResult(Result):
    op: Command
    handle: str
    name: str | None = None
    namespace: str | None = None
    job_id: str | None = None
    url: str | None = None
    job_url: str | None = None
    stage: str | None = None
    health: Health | None = None
    volumes: list[Volume] | None = None
    message: str | None = None
    terminated: bool | None = None
    processes: list[SandboxProcess] | None = None
    process_id: str | None = None
    killed: bool | None = None


WHAT_NEXT = (
    "Give the handle to hf_sandbox_exec and hf_sandbox_fs; hf_sandbox terminate ends the sandbox, "
    "and what it costs."
)


async def run(arguments: SandboxArguments, context: ToolContext) -> ToolOutput:
    words, given = _read(arguments)
    desk = await open_desk(context)
    match arguments.cmd:
        case "create":
            return await _create(given, desk)
        case "status":
            return await _status(desk.handle(words[0]), desk)
        case "terminate":
            return await _terminate(desk.handle(words[0]), desk)
        case "ps":
            return await _list_processes(desk.handle(words[0]), desk)
        case "kill":
            return await _kill(desk.handle(words[0]), words[1], desk)


def _read(arguments: SandboxArguments) -> tuple[list[str], Given]:
    """Raises ToolError."""
    positionals, known = _GRAMMAR[arguments.cmd]
    return read_argv(arguments.cmd, arguments.args, positionals, known)


def _consequence_of(arguments: SandboxArguments) -> Consequence | None:
    if arguments.cmd != "create":
        return None
    try:
        return consequence_of(_read(arguments)[1])
    except ToolError:
        return None


async def _create(given: Given, desk: Desk) -> ToolOutput:
    job, is_ready = await create(given, desk)
    namespace = job.owner.name or given.texts.get("namespace") or desk.who.name
    handle = Handle(namespace, job.id)
    note = None if is_ready else "It is still starting: hf_sandbox status tells when it is ready."
    facts = _facts(job, handle, desk)
    result = SandboxResult(op="create", **facts, message=note)
    lines = [f"Created sandbox {code(result.name or job.id)}.", *_lines(result), WHAT_NEXT]
    return ToolOutput(result, "\n".join([*lines, f"Note: {note}"] if note else lines))


async def _status(handle: Handle, desk: Desk) -> ToolOutput:
    job = await desk.job(handle)
    health = await _health(job, desk)
    result = SandboxResult(
        op="status",
        **_facts(job, handle, desk),
        stage=job.status.stage,
        health=health,
        message=job.status.message,
    )
    stage = f"{job.status.stage}: {job.status.message}" if job.status.message else job.status.stage
    lines = [
        f"Status: {one_line(stage)}",
        f"Health: {'ok' if health.ok else f'not ready ({health.error})'}",
        *_lines(result),
    ]
    return ToolOutput(result, "\n".join(lines))


async def _health(job: Job, desk: Desk) -> Health:
    try:
        with explained("Its server", desk.context):
            is_healthy = await desk.server_of(job).is_healthy()
    except ToolError as error:
        return Health(ok=False, error=str(error))
    return Health(ok=is_healthy, error=None if is_healthy else "its server says that it is not")


def _facts(job: Job, handle: Handle, desk: Desk) -> dict[str, Any]:
    urls = job.status.expose_urls
    return {
        "handle": str(handle),
        "name": job.labels.get(NAME_LABEL),
        "namespace": handle.namespace,
        "job_id": job.id,
        "url": urls[0] if urls else None,
        "job_url": job_url(handle.namespace or desk.who.name, job.id),
        "volumes": [Volume(**volume.model_dump()) for volume in volumes_of(job)],
    }


def _lines(result: SandboxResult) -> list[str]:
    volumes = [
        f"{'ro' if volume.read_only else 'rw'} {volume.type}:{volume.source} -> {volume.mount_path}"
        for volume in result.volumes or ()
    ]
    return [
        f"Handle: {code(result.handle)}",
        f"Job: {result.job_url}",
        *([f"URL: {one_line(result.url)}"] if result.url else []),
        f"Volumes: {one_line(', '.join(volumes)) or 'none'}",
    ]


async def _terminate(handle: Handle, desk: Desk) -> ToolOutput:
    job = await desk.job(handle)
    assert handle.namespace is not None  # noqa: S101 - `Desk.handle` has seen to it
    try:
        await jobs.cancel_job(desk.hub, handle.namespace, job.id)
    except HubError as error:
        raise tool_error(error, f"Sandbox `{handle}`", desk.context) from error
    url = job_url(handle.namespace, job.id)
    result = SandboxResult(op="terminate", handle=str(handle), job_url=url, terminated=True)
    return ToolOutput(result, f"Terminated sandbox {code(result.handle)}.\nJob: {url}")


async def _list_processes(handle: Handle, desk: Desk) -> ToolOutput:
    server = await desk.connect(handle)
    redact = desk.redactor(server)
    with explained(f"Sandbox `{handle}`", desk.context):
        found = [_process(each, redact(_command_of(each))) for each in await server.processes()]
    text = table(
        ("Id", "Pid", "Running", "Exit", "Tag", "Command"),
        (
            (
                each.id,
                str(each.pid or MISSING),
                "yes" if each.running else "no",
                MISSING if each.exit_code is None else str(each.exit_code),
                each.tag or MISSING,
                one_line(each.cmd, 100),
            )
            for each in found
        ),
    )
    result = SandboxResult(op="ps", handle=str(handle), processes=found)
    return ToolOutput(result, text if found else "No background processes.")


def _command_of(process: Process) -> str:
    """Return what was asked for, without the shell that runs it."""
    command = process.cmd
    if isinstance(command, str):
        return command
    return command[-1] if command[:2] == ["/bin/sh", "-lc"] else " ".join(command)


def _process(process: Process, command: str) -> SandboxProcess:
    return SandboxProcess(
        id=process.id,
        pid=process.pid,
        cmd=command,
        tag=process.tag,
        running=process.running,
        exit_code=process.exit_code,
    )


async def _kill(handle: Handle, process_id: str, desk: Desk) -> ToolOutput:
    server = await desk.connect(handle)
    with explained(f"Process {process_id[:60]} of sandbox `{handle}`", desk.context):
        await server.kill(process_id)
    result = SandboxResult(op="kill", handle=str(handle), process_id=process_id, killed=True)
    return ToolOutput(result, f"Killed process {code(process_id)} in {code(result.handle)}.")


HF_SANDBOX = Tool(
    name="hf_sandbox",
    title="Hugging Face Sandbox",
    purpose="Creates and ends sandboxes: machines at Hugging Face, which cost money.",
    description=(
        "Create and manage Hugging Face sandboxes: machines to run commands on, paid by the "
        "minute. Each word below is one item of args.\n"
        "create [--name NAME] [--image IMAGE] [--flavor FLAVOR] [--timeout IDLE_TIME] "
        "[--namespace NS] [--resource-group-id ID] [--forward-hf-token] [--volume SPEC]… "
        "[--bucket OWNER/NAME] [--bucket-mode ro|rw] [--bucket-mount-path PATH]\n"
        "status|terminate|ps HANDLE\nkill HANDLE PROCESS_ID\n"
        f"SPEC: {FORMAT}"
    ),
    arguments=SandboxArguments,
    result=SandboxResult,
    run=run,
    effects=frozenset({Effect.WRITE, Effect.SPEND}),
    hub_scopes=("jobs",),
    is_destructive=True,
    is_default=False,
    needs_sign_in=True,
    consequences=Consequences(WITH_TOKEN, _consequence_of),
    rents_hardware=True,
    brings=("hf_sandbox_exec", "hf_sandbox_fs"),
)
