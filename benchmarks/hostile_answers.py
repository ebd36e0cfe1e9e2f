"""A Hub and a Space whose answers take as long as possible to read, as the question asks for.

The argument `kind` of the Space's tool, or the words of a search, name the shape. Prints its
URL when it is ready.
"""

import asyncio
import base64
import json
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from urllib.parse import parse_qs, urlsplit

from benchmarks.hostile_hub import serve

MB = 1_000_000
VALUES = 49_000
"""Those of an answer that is just read."""
HUB_VALUES = 99_000

_STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"


def _result(**parts: object) -> bytes:
    result = {"content": [{"type": "text", "text": "x"}], **parts}
    return json.dumps({"jsonrpc": "2.0", "id": 1, "result": result}).encode()


def _nested(levels: int) -> object:
    value: object = 1
    for _ in range(levels):
        value = [value]
    return value


def _texts(number: int, text: str) -> list[object]:
    return [{"type": "text", "text": text}] * number


def _event(body: bytes) -> bytes:
    return b"data: " + body + b"\n\n"


def _note(number: int) -> bytes:
    params = {"progressToken": 1, "progress": number, "message": "x" * 400}
    note = {"jsonrpc": "2.0", "method": "notifications/progress", "params": params}
    return _event(json.dumps(note).encode())


JSON_SHAPES: dict[str, Callable[[], bytes]] = {
    "structured lists": lambda: _result(structuredContent={"a": [[]] * (VALUES // 2)}),
    "structured objects": lambda: _result(structuredContent={"a": [{"b": {}}] * (VALUES // 3)}),
    "structured numbers": lambda: _result(structuredContent={"a": [0.1] * VALUES}),
    "structured depth": lambda: _result(structuredContent={"a": [_nested(95)] * (VALUES // 96)}),
    "structured text": lambda: _result(structuredContent={"a": "x" * 24 * MB}),
    "blocks": lambda: _result(content=_texts(VALUES // 3, "x")),
    "unknown blocks": lambda: _result(content=[{"type": {}}] * (VALUES // 3)),
    "text": lambda: _result(content=_texts(1, "x" * 24 * MB)),
    "emoji": lambda: _result(content=_texts(1, "🙂" * 4 * MB)),
    "escapes": lambda: _result(content=_texts(1, "\0" * 4 * MB)),
    "links": lambda: _result(content=_texts(200, "https://s/gradio_api/" * 5_000)),
    "image": lambda: _result(
        content=[
            {
                "type": "image",
                "mimeType": "image/png",
                "data": base64.b64encode(bytes(17 * MB)).decode(),
            }
        ]
    ),
    "no JSON": lambda: b"[" * 24 * MB,
    "depth": lambda: b"[" * VALUES + b"]" * VALUES,
    "error": lambda: json.dumps(
        {"jsonrpc": "2.0", "id": 1, "error": {"code": 1, "message": "x " * 12 * MB}}
    ).encode(),
}
EVENT_SHAPES: dict[str, Callable[[], bytes]] = {
    "empty lines": lambda: b"\n" * 24 * MB,
    "lines of nothing": lambda: b":\n" * 12 * MB,
    "lines of data": lambda: b"data:x\n" * 3 * MB + b"\n",
    "one long line": lambda: b"data:" + b"x" * 24 * MB,
    "events of nothing": lambda: _event(b"{}") * 2 * MB,
    "notes": lambda: b"".join(map(_note, range(40_000))),
}
HUB_SHAPES: dict[str, Callable[[], bytes]] = {
    "many": lambda: json.dumps([{"id": "a/b"}] * (HUB_VALUES // 2)).encode(),
    "many wrong": lambda: json.dumps([{"id": "a/b", "likes": "x"}] * (HUB_VALUES // 3)).encode(),
    "many useless": lambda: json.dumps([[]] * (HUB_VALUES // 2)).encode(),
    "many tags": lambda: json.dumps([{"id": "a/b", "tags": ["t"] * (HUB_VALUES - 10)}]).encode(),
    "long texts": lambda: json.dumps([{"id": "a/b", "description": "x" * 4 * MB}]).encode(),
}
SCHEMA = [
    {
        "name": "make",
        "description": "x",
        "inputSchema": {"type": "object", "properties": {"kind": {"type": "string"}, "more": {}}},
    }
]


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        length = re.search(r"content-length: (\d+)", head.lower())
        body = await reader.readexactly(int(length[1])) if length else b""
        for piece in _response(head.split(" ", 2)[1], body):
            writer.write(piece)
            await writer.drain()
    writer.close()


def _response(target: str, body: bytes) -> Iterator[bytes]:
    path, query = urlsplit(target).path, parse_qs(urlsplit(target).query)
    if path.startswith("/api/spaces/"):
        runtime = {"stage": "RUNNING"}
        yield from _json({"id": "acme/slow", "sdk": "gradio", "subdomain": "s", "runtime": runtime})
    elif path.endswith("/gradio_api/mcp/schema"):
        yield from _json(SCHEMA)
    elif path.endswith("/gradio_api/mcp/"):
        kind = json.loads(body)["params"]["arguments"].get("kind", "")
        if kind in EVENT_SHAPES:
            yield _STREAM
            yield EVENT_SHAPES[kind]()
        else:
            yield from _raw(JSON_SHAPES.get(kind, _result)())
    elif (shape := HUB_SHAPES.get(query.get("search", [""])[0])) is not None:
        yield from _raw(shape())
    else:
        yield b"HTTP/1.1 404 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


def _json(value: object) -> Iterator[bytes]:
    yield from _raw(json.dumps(value).encode())


def _raw(content: bytes) -> Iterator[bytes]:
    head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"
    yield f"{head}Content-Length: {len(content)}\r\n\r\n".encode()
    yield content


if __name__ == "__main__":
    asyncio.run(serve(answer))
