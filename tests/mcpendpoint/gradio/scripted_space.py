"""A Space that answers what a test tells it to, byte by byte, and notes what it was asked."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from mcpendpoint.gradio.discovery import SpaceInfo


@dataclass
class Answer:
    body: bytes = b""
    status: int = 200
    kind: str = "text/event-stream"
    headers: dict[str, str] = field(default_factory=dict)
    stays_open: bool = False
    """Send the body, then nothing, until the other side closes."""


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def message(self):
        return json.loads(self.body)


class ScriptedSpace:
    def __init__(self) -> None:
        self.answers: list[Answer] = []
        """One for each request; the last one is repeated."""
        self.asked: list[Asked] = []
        self.was_asked = asyncio.Event()
        self.was_left = asyncio.Event()
        """Set when the other side closed before an answer that stays open was over."""
        self.port = 0

    @property
    def info(self) -> SpaceInfo:
        url = f"http://127.0.0.1:{self.port}"
        page = "https://huggingface.co/spaces/acme/maker"
        return SpaceInfo("acme/maker", url, page, is_private=False, stage="RUNNING")

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            asked = await _read(reader)
            self.asked.append(asked)
            self.was_asked.set()
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            writer.write(_head(answer) + answer.body)
            await writer.drain()
            if answer.stays_open and await reader.read() == b"":
                self.was_left.set()
        writer.close()


async def _read(reader: asyncio.StreamReader) -> Asked:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.strip().split("\r\n")
    method, path, _ = first.split(" ")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Asked(method, path, headers, body)


def _head(answer: Answer) -> bytes:
    headers = {"Content-Type": answer.kind, "Connection": "close", **answer.headers}
    lines = [f"HTTP/1.1 {answer.status} Any", *(f"{k}: {v}" for k, v in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


@asynccontextmanager
async def scripted_space() -> AsyncIterator[ScriptedSpace]:
    space = ScriptedSpace()
    server = await asyncio.start_server(space.serve, "127.0.0.1", 0)
    space.port = server.sockets[0].getsockname()[1]
    async with server:
        yield space


def event(message: object) -> bytes:
    return b"event: message\r\ndata: " + json.dumps(message).encode() + b"\r\n\r\n"


def result(text: str = "done", **more: object) -> dict[str, object]:
    content = [{"type": "text", "text": text}]
    return {"jsonrpc": "2.0", "id": 1, "result": {"content": content, "isError": False, **more}}


def progress(value: object, **more: object) -> dict[str, object]:
    params = {"progressToken": 1, "progress": value, **more}
    return {"jsonrpc": "2.0", "method": "notifications/progress", "params": params}
