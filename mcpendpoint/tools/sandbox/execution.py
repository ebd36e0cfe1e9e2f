"""hf_sandbox_exec: run a command in a sandbox, and see what it prints, or leave it running."""

import asyncio
from typing import Any, Literal

from django.conf import settings
from pydantic import Field

from accounts.catalogue import Effect
from mcpendpoint.hub.errors import HubUnavailable
from mcpendpoint.hub.sandboxes import SandboxServer
from mcpendpoint.tools.base import Result, Tool, ToolContext, ToolError, ToolOutput
from mcpendpoint.tools.hf_fs.options import Given, options
from mcpendpoint.tools.jobs.redaction import Redactor
from mcpendpoint.tools.markdown import code, fenced
from mcpendpoint.tools.sandbox.argv import ArgvArguments, invalid, read_argv
from mcpendpoint.tools.sandbox.connecting import explained, open_desk
from mcpendpoint.tools.sandbox.output import MAX_KEPT_CHARS, Output, Printed, whole

DEFAULT_SECONDS = 30
SECONDS_TO_ANSWER = 10
REPORT_SECONDS = 2.0
MAX_PROGRESS_CHARS = 160

_OPTIONS = {
    **options("text", workdir="--workdir", stdin="--stdin", tag="--tag"),
    **options("integer", timeout="--timeout"),
    **options("texts", env="--env"),
    **options("flag", detach="--detach"),
}


class ExecArguments(ArgvArguments):
    cmd: Literal["exec"] = Field(default="exec", description="Always exec.")


class ExecResult(Result):
    returncode: int | None = None
    stdout: str | None = None
    stderr: str | None = None
    truncated: bool | None = None
    """There was more before what is told of stdout or stderr."""
    signal: int | str | None = None
    timed_out: bool | None = None
    duration_ms: int | None = None
    detached: bool | None = None
    process_id: str | None = None
    pid: int | None = None
    tag: str | None = None


async def run(arguments: ExecArguments, context: ToolContext) -> ToolOutput:
    words, given = read_argv("exec", arguments.args, ("HANDLE", "SHELL_COMMAND"), _OPTIONS)
    command = _command(words[1], given)
    desk = await open_desk(context)
    server = await desk.connect(desk.handle(words[0]))
    redact = desk.redactor(server)
    if "detach" in given.flags:
        return await _start(server, command, redact, context)
    seconds = given.integers.get("timeout", DEFAULT_SECONDS)
    longest = max(1, settings.MCP_CALL_TIMEOUT_SECONDS - SECONDS_TO_ANSWER)
    if seconds > longest:
        raise invalid(f"--timeout may be {longest} at most; run longer ones with --detach")
    return await _execute(server, {**command, "timeout": seconds}, seconds, redact, context)


def _command(line: str, given: Given) -> dict[str, Any]:
    seconds = given.integers.get("timeout", 1)
    if seconds < 1:
        raise invalid("--timeout must be a positive integer")
    command = {
        "cmd": ["/bin/sh", "-lc", line],
        "shell": False,
        "cwd": given.texts.get("workdir"),
        "stdin": given.texts.get("stdin"),
        "timeout": given.integers.get("timeout"),
        "env": _variables(given.repeated),
        "tag": given.texts.get("tag"),
    }
    return {name: value for name, value in command.items() if value is not None}


def _variables(pairs: list[str]) -> dict[str, str] | None:
    variables: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not name or not equals:
            raise invalid("--env requires NAME=VALUE")
        if name in variables:
            raise invalid(f"duplicate environment variable: {name[:60]}")
        variables[name] = value
    return variables or None


async def _start(
    server: SandboxServer, command: dict[str, Any], redact: Redactor, context: ToolContext
) -> ToolOutput:
    with explained("hf_sandbox_exec", context):
        process = await server.start(command)
    tag = redact(process.tag) if process.tag else None
    result = ExecResult(detached=True, process_id=process.id, pid=process.pid, tag=tag)
    text = f"Process {code(process.id)} runs in the background: hf_sandbox ps, hf_sandbox kill."
    return ToolOutput(result, text)


async def _execute(
    server: SandboxServer,
    command: dict[str, Any],
    seconds: int,
    redact: Redactor,
    context: ToolContext,
) -> ToolOutput:
    output = Output()
    try:
        async with asyncio.timeout(seconds + SECONDS_TO_ANSWER / 2):
            await _follow(server, command, seconds, output, redact, context)
    except TimeoutError as error:
        raise ToolError(_lost(output, redact)) from error
    if output.exit is None:
        raise ToolError(_lost(output, redact))
    return _answer(output, redact)


async def _follow(
    server: SandboxServer,
    command: dict[str, Any],
    seconds: int,
    output: Output,
    redact: Redactor,
    context: ToolContext,
) -> None:
    """Run and read until the end, or until the connection is lost."""
    loop = asyncio.get_running_loop()
    start = loop.time()
    said_at = start - REPORT_SECONDS
    with explained("hf_sandbox_exec", context):
        async with server.execute(command) as pieces:
            try:
                async for piece in pieces:
                    output.feed(piece)
                    if output.exit is not None:
                        return
                    now = loop.time()
                    has_news = output.latest or now - start >= REPORT_SECONDS
                    if has_news and now - said_at >= REPORT_SECONDS:
                        said_at = now
                        line = redact(output.latest)[:MAX_PROGRESS_CHARS] or "running"
                        await context.report_progress(round(now - start, 1), seconds, line)
            except HubUnavailable:
                return


def _lost(output: Output, redact: Redactor) -> str:
    printed = redact(output.stdout.text + output.stderr.text)[-2_000:].strip()
    text = (
        "The connection was lost while the command ran. It may have had its effect, or still run: "
        "look with hf_sandbox ps before repeating it."
    )
    return f"{text} It had printed:\n{fenced(printed)}" if printed else text


def _answer(output: Output, redact: Redactor) -> ToolOutput:
    end = output.exit or {}
    signal = end.get("signal")
    stdout, stderr = _shown(output.stdout, redact), _shown(output.stderr, redact)
    is_cut = max(output.stdout.chars, output.stderr.chars) > MAX_KEPT_CHARS
    result = ExecResult(
        returncode=whole(end.get("exit_code")),
        stdout=stdout,
        stderr=stderr,
        truncated=is_cut or None,
        signal=signal if isinstance(signal, int | str) else None,
        timed_out=end.get("timed_out") is True,
        duration_ms=whole(end.get("duration_ms")),
    )
    return ToolOutput(result, _text(result))


def _shown(printed: Printed, redact: Redactor) -> str:
    return redact(printed.text)[-MAX_KEPT_CHARS:]


def _text(result: ExecResult) -> str:
    how = f"exit {result.returncode}" if result.returncode is not None else "no exit code"
    how += f", signal {result.signal}" if result.signal is not None else ""
    how += f" in {result.duration_ms} ms" if result.duration_ms is not None else ""
    lines = [how + (" (timed out)" if result.timed_out else "")]
    for name, text in (("stdout", result.stdout), ("stderr", result.stderr)):
        if text:
            lines += ["", f"{name}:", fenced(text)]
    if result.truncated:
        lines += ["", f"Only the last {MAX_KEPT_CHARS:,} characters of each are shown."]
    return "\n".join(lines)


HF_SANDBOX_EXEC = Tool(
    name="hf_sandbox_exec",
    title="Hugging Face Sandbox: run",
    purpose="Runs shell commands in a sandbox.",
    description=(
        "Run a shell command in a Hugging Face sandbox. Each word is one item of args.\n"
        "exec HANDLE SHELL_COMMAND [--workdir PATH] [--stdin TEXT] [--timeout SECONDS] "
        "[--env NAME=VALUE]… [--detach] [--tag TAG]\n"
        "SHELL_COMMAND is one item, run by /bin/sh -lc. It has 30 seconds, or --timeout; with "
        "--detach it runs on without a limit: write what it prints to a file."
    ),
    arguments=ExecArguments,
    result=ExecResult,
    run=run,
    effects=frozenset({Effect.WRITE, Effect.SPEND}),
    is_destructive=True,
    is_default=False,
    needs_sign_in=True,
)
