"""hf_sandbox_fs: the files in a sandbox."""

import base64
import binascii
from typing import Literal

from pydantic import Field

from accounts.catalogue import Effect
from mcpendpoint.hub.errors import HubNotFound
from mcpendpoint.hub.sandboxes import SandboxServer
from mcpendpoint.tools.base import Result, Tool, ToolContext, ToolError, ToolOutput
from mcpendpoint.tools.hf_fs.options import Given, Option, options
from mcpendpoint.tools.jobs.redaction import Redactor
from mcpendpoint.tools.markdown import MISSING, byte_size, code, fenced, table
from mcpendpoint.tools.sandbox.argv import ArgvArguments, invalid, read_argv
from mcpendpoint.tools.sandbox.connecting import explained, open_desk

DEFAULT_CAT_BYTES = 20_000
MAX_CAT_BYTES = 100_000
MAX_UTF8_BYTES = 4

Command = Literal["ls", "cat", "stat", "write", "rm", "mkdir"]

_OPTIONS: dict[Command, dict[str, Option]] = {
    "ls": {},
    "cat": options("integer", offset="--offset", max_bytes="--max-bytes"),
    "stat": {},
    "write": options("text", text="--text", base64="--base64"),
    "rm": options("flag", recursive="-r -R --recursive"),
    "mkdir": {},
}


class FilesArguments(ArgvArguments):
    cmd: Command = Field(description="What to do.")


class FileEntry(Result):
    name: str
    path: str
    type: str
    size: int
    mtime_ms: int | None = None
    mode: str | None = None


class FilesResult(Result):
    op: Command
    path: str
    entries: list[FileEntry] | None = None
    content: str | None = None
    encoding: Literal["utf-8", "base64"] | None = None
    bytes: int | None = None
    size: int | None = None
    truncated: bool | None = None
    next_offset: int | None = None
    exists: bool | None = None
    type: str | None = None
    mtime_ms: int | None = None
    mode: str | None = None
    deleted: bool | None = None
    created: bool | None = None


async def run(arguments: FilesArguments, context: ToolContext) -> ToolOutput:
    command = arguments.cmd
    words, given = read_argv(command, arguments.args, ("HANDLE", "PATH"), _OPTIONS[command])
    path = words[1]
    if not path.startswith("/"):
        raise invalid("PATH must be absolute")
    content = _content(given) if command == "write" else b""
    desk = await open_desk(context)
    server = await desk.connect(desk.handle(words[0]))
    with explained(f"{command} {code(path[:200])}", context):
        match command:
            case "ls":
                return await _list(server, path)
            case "cat":
                return await _read(server, path, given, desk.redactor(server))
            case "stat":
                return await _stat(server, path)
            case "write":
                await server.write_file(path, content)
                result = FilesResult(op="write", path=path, bytes=len(content))
                return ToolOutput(result, f"Wrote {byte_size(len(content))} to {code(path)}.")
            case "rm":
                await server.delete(path, is_recursive="recursive" in given.flags)
                result = FilesResult(op="rm", path=path, deleted=True)
                return ToolOutput(result, f"Deleted {code(path)}.")
            case "mkdir":
                await server.make_folder(path)
                result = FilesResult(op="mkdir", path=path, created=True)
                return ToolOutput(result, f"Created folder {code(path)}.")


def _content(given: Given) -> bytes:
    if ("text" in given) == ("base64" in given):
        raise invalid("write requires exactly one of --text and --base64")
    if "text" in given:
        return given.texts["text"].encode()
    try:
        return base64.b64decode(given.texts["base64"], validate=True)
    except binascii.Error as error:
        raise invalid("--base64 must be standard base64") from error


async def _list(server: SandboxServer, path: str) -> ToolOutput:
    found, has_more = await server.list_folder(path)
    entries = [FileEntry(**entry.model_dump()) for entry in found]
    text = table(
        ("Name", "Type", "Size", "Mode"),
        ((each.name, each.type, byte_size(each.size), each.mode or MISSING) for each in entries),
    )
    result = FilesResult(op="ls", path=path, entries=entries, truncated=has_more or None)
    if not entries:
        return ToolOutput(result, f"{code(path)} is empty.")
    note = f"\n\nOnly the first {len(entries)} are shown." if has_more else ""
    return ToolOutput(result, text + note)


async def _stat(server: SandboxServer, path: str) -> ToolOutput:
    try:
        entry = await server.stat(path)
    except HubNotFound:
        result = FilesResult(op="stat", path=path, exists=False)
        return ToolOutput(result, f"{code(path)} does not exist.")
    result = FilesResult(
        op="stat",
        path=path,
        exists=True,
        type=entry.type,
        size=entry.size,
        mtime_ms=entry.mtime_ms,
        mode=entry.mode,
    )
    facts = [f"{code(path)}: {entry.type}", f"Size: {byte_size(entry.size)}"]
    return ToolOutput(result, "\n".join([*facts, f"Mode: {code(entry.mode or MISSING)}"]))


async def _read(server: SandboxServer, path: str, given: Given, redact: Redactor) -> ToolOutput:
    offset = given.integers.get("offset", 0)
    length = given.integers.get("max_bytes", DEFAULT_CAT_BYTES)
    if offset < 0:
        raise invalid("--offset must be non-negative")
    if not 1 <= length <= MAX_CAT_BYTES:
        raise invalid(f"--max-bytes must be between 1 and {MAX_CAT_BYTES}")
    entry = await server.stat(path)
    if entry.type == "dir":
        raise ToolError(f"is a directory: {path[:200]}")
    data = await server.read_file(path, offset=offset, length=max(length, MAX_UTF8_BYTES))
    text, used = _decode(data, is_end=offset + len(data) >= entry.size)
    end = offset + used
    is_cut = end < entry.size and used > 0
    content = base64.b64encode(data).decode() if text is None else redact(text)
    result = FilesResult(
        op="cat",
        path=path,
        content=content,
        encoding="base64" if text is None else "utf-8",
        bytes=used,
        size=entry.size,
        truncated=is_cut,
        next_offset=end if is_cut else None,
    )
    note = f"\n\nRead {used} of {entry.size} bytes. Go on with --offset {end}." if is_cut else ""
    kind = "Not text, in base64:\n" if text is None else ""
    return ToolOutput(result, f"{kind}{fenced(content)}{note}")


def _decode(data: bytes, *, is_end: bool) -> tuple[str | None, int]:
    """Return text and how many bytes of it: up to a whole character. None when it is no text."""
    for missing in range(1 if is_end else min(MAX_UTF8_BYTES, len(data) + 1)):
        used = len(data) - missing
        try:
            return data[:used].decode(), used
        except UnicodeDecodeError:
            continue
    return None, len(data)


HF_SANDBOX_FS = Tool(
    name="hf_sandbox_fs",
    title="Hugging Face Sandbox: files",
    purpose="Reads, writes and deletes files in a sandbox.",
    description=(
        "Read, write and manage files in a Hugging Face sandbox. Each word is one item of args; "
        "PATH is absolute.\n"
        "ls|stat|mkdir HANDLE PATH\n"
        "cat HANDLE PATH [--offset N] [--max-bytes N]\n"
        "write HANDLE PATH (--text TEXT|--base64 BASE64)\n"
        "rm HANDLE PATH [-r]\n"
        f"cat reads {DEFAULT_CAT_BYTES} bytes, or --max-bytes, {MAX_CAT_BYTES} at most."
    ),
    arguments=FilesArguments,
    result=FilesResult,
    run=run,
    effects=frozenset({Effect.WRITE}),
    is_destructive=True,
    is_default=False,
    needs_sign_in=True,
)
