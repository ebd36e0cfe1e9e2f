"""Running commands: in the foreground with their output as it comes, or in the background."""

import asyncio
import json
import shlex
import time
from collections.abc import AsyncIterator
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from tests.standins.hub import bodies, errors
from tests.standins.hub.bodies import Body
from tests.standins.hub.errors import HubError
from tests.standins.hub.jobs import programs
from tests.standins.hub.jobs.records import Plan
from tests.standins.hub.sandbox.records import Process, Sandbox, SandboxFile
from tests.standins.hub.sandbox.rpc import find_sandbox

SECONDS_A_PING = 10.0
KILLED = 9


async def execute(request: Request) -> Response:
    sandbox, body = find_sandbox(request), await bodies.json_object(request)
    timeout = body.get("timeout")
    if timeout is not None and not isinstance(timeout, int | float):
        raise errors.invalid('"timeout" must be a number')
    events = _events(sandbox.next_pid(), _plan(sandbox, body), timeout)
    return StreamingResponse(events, media_type="application/x-ndjson")


def _plan(sandbox: Sandbox, body: Body) -> Plan:
    """Return what the command will do; what it writes to files is there at once."""
    command = _argv(body)
    variables = {**sandbox.variables, **bodies.string_map(body, "env")}
    machine = programs.Machine(variables, files=sandbox.contents())
    plan = programs.run(machine, command, bodies.optional_text(body, "stdin") or "")
    for path, content in machine.files.items():
        if path not in sandbox.files or sandbox.files[path].content != content:
            sandbox.files[path] = SandboxFile(content)
    return plan


def _argv(body: Body) -> list[str]:
    command = body.get("cmd")
    if isinstance(command, str):
        is_line = body.get("shell") is not False
        return ["/bin/sh", "-lc", command] if is_line else shlex.split(command)
    if not isinstance(command, list) or not all(isinstance(part, str) for part in command):
        raise errors.invalid('"cmd" must be a string or an array of strings')
    return command


async def _events(pid: int, plan: Plan, limit: float | None) -> AsyncIterator[str]:
    start = time.monotonic()
    end = plan.ends_after if plan.ends_after is not None else float("inf")
    is_timeout = limit is not None and limit < end
    end = limit if limit is not None and is_timeout else end
    yield _line(event="start", pid=pid)
    for line in plan.lines:
        if line.after > end:
            break
        await asyncio.sleep(max(0, start + line.after - time.monotonic()))
        yield _line(event=line.stream, data=f"{line.text}\n")
    while (rest := start + end - time.monotonic()) > 0:
        await asyncio.sleep(min(rest, SECONDS_A_PING))
        if rest > SECONDS_A_PING:
            yield _line(event="ping")
    yield _line(
        event="exit",
        exit_code=None if is_timeout else plan.exit_code,
        signal=KILLED if is_timeout else None,
        timed_out=is_timeout,
        duration_ms=int((time.monotonic() - start) * 1000),
    )


def _line(**event: Any) -> str:
    return json.dumps(event, ensure_ascii=False) + "\n"


async def start(request: Request) -> Response:
    sandbox, body = find_sandbox(request), await bodies.json_object(request)
    pid = sandbox.next_pid()
    process = Process(
        f"p-{pid}",
        pid,
        body.get("cmd"),
        _plan(sandbox, body),
        time.time(),
        bodies.optional_text(body, "tag"),
    )
    sandbox.processes[process.id] = process
    return JSONResponse({"id": process.id, "pid": pid, "tag": process.tag})


async def list_processes(request: Request) -> Response:
    return JSONResponse(
        [
            {
                "id": process.id,
                "pid": process.pid,
                "cmd": process.command,
                "tag": process.tag,
                "started_at_ms": int(process.started_at * 1000),
                "running": process.is_running,
                "exit_code": None
                if process.is_running or process.is_killed
                else process.plan.exit_code,
            }
            for process in find_sandbox(request).processes.values()
        ]
    )


async def kill(request: Request) -> Response:
    process = find_sandbox(request).processes.get(request.path_params["id"])
    if process is None:
        raise HubError(404, "no such process")
    was_running = process.is_running
    process.is_killed = process.is_killed or was_running
    return JSONResponse({"killed": was_running})
