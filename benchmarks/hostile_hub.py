"""A Hub, and the Spaces on it, that make whoever asks them remember as much as possible.

Every Space exists, and says of itself as much as a Space may; none ever finishes a call. Prints its
URL when it is ready.
"""

import asyncio
import json
import random
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress

SCHEMA_BYTES = (20_000, 900_000)
PROGRESS_SECONDS = 0.02

Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

_SPACE = re.compile(r"/api/spaces/([^/?]+)/([^/?]+)")


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
            length = re.search(r"content-length: (\d+)", head)
            body = await reader.readexactly(int(length[1])) if length else b""
            path = head.split(" ", 2)[1]
            if path.endswith("/gradio_api/mcp/"):
                await _work_for_ever(writer, body)
            else:
                _send(writer, *_response(path))
                await writer.drain()
    writer.close()


def _response(path: str) -> tuple[int, object]:
    if path == "/api/whoami-v2":
        return 401, {"error": "Invalid credentials " + "x" * random.randint(1, 3_000)}
    if space := _SPACE.match(path):
        name = re.sub(r"[^a-z0-9]", "", "-".join(space.groups()))[:60]
        space_id = f"{space[1]}/{space[2]}"
        runtime = {"stage": "RUNNING"}
        return 200, {"id": space_id, "sdk": "gradio", "subdomain": name, "runtime": runtime}
    if path.endswith("/gradio_api/mcp/schema"):
        # The same for a Space each time, and so in each run.
        return 200, _schema(random.Random(path).randint(*SCHEMA_BYTES))
    if random.random() < 0.5:
        return 404, {"error": "Not found: " + "x" * random.randint(1, 3_000)}
    return 200, [[] for _ in range(random.randint(1, 50_000))]


def _schema(size: int) -> list[dict[str, object]]:
    count = max(1, min(50, size // 10_000))
    choices = [f"choice {number}" for number in range(size // count // 20 // 13)]
    schema = {
        "type": "object",
        "properties": {
            f"field_{number}": {"type": "string", "enum": choices} for number in range(20)
        },
    }
    return [
        {"name": f"tool_{number}", "description": "x" * 1_000, "inputSchema": schema}
        for number in range(count)
    ]


def _send(writer: asyncio.StreamWriter, status: int, body: object) -> None:
    content = json.dumps(body).encode()
    head = f"HTTP/1.1 {status} Any\r\nContent-Type: application/json\r\n"
    writer.write(f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content)


async def _work_for_ever(writer: asyncio.StreamWriter, body: bytes) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n")
    done = 0
    while True:
        done += 1
        params = {"progressToken": 1, "progress": done, "message": "x" * 500}
        note = {"jsonrpc": "2.0", "method": "notifications/progress", "params": params}
        writer.write(b"event: message\ndata: " + json.dumps(note).encode() + b"\n\n")
        await writer.drain()
        await asyncio.sleep(PROGRESS_SECONDS)


async def serve(answer: Answer) -> None:
    """Answer each connection on a free port, whose URL is printed, for ever."""
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    print(json.dumps({"url": f"http://127.0.0.1:{port}"}), flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(answer))
