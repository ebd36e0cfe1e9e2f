"""One HTTP request to an ASGI application, watched as it happens."""

import asyncio
from typing import Any

import orjson

from tests.mcpendpoint.wire import Json

SECONDS = 5


class AsgiRequest:
    """Started by `async with`; a client that leaves early calls `disconnect()`."""

    def __init__(
        self,
        app: Any,
        body: Json | bytes,
        headers: dict[str, str],
        path: str = "/mcp",
        method: str = "POST",
    ) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self._app = app
        self._sent: asyncio.Queue[Json] = asyncio.Queue()
        self._received: asyncio.Queue[Json] = asyncio.Queue()
        content = body if isinstance(body, bytes) else orjson.dumps(body)
        self._received.put_nowait({"type": "http.request", "body": content})
        lines = {"host": "localhost", "content-type": "application/json", **headers}
        self._scope = {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": b"gradio=none",
            "scheme": "http",
            "headers": [(name.lower().encode(), value.encode()) for name, value in lines.items()],
        }

    async def __aenter__(self) -> "AsgiRequest":
        self.task = asyncio.create_task(self._app(self._scope, self._received.get, self._sent.put))
        return self

    async def __aexit__(self, *error: object) -> None:
        self.disconnect()
        await asyncio.wait_for(self.task, SECONDS)

    def disconnect(self) -> None:
        self._received.put_nowait({"type": "http.disconnect"})

    async def chunk(self) -> bytes:
        """Return the next piece of the body, b"" at its end."""
        message = await asyncio.wait_for(self._sent.get(), SECONDS)
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {
                name.decode().lower(): value.decode() for name, value in message["headers"]
            }
            return await self.chunk()
        return bytes(message.get("body", b""))

    async def rest(self) -> bytes:
        """Return what is left of the body when the application is done."""
        await asyncio.wait_for(self.task, SECONDS)
        pieces = []
        while not self._sent.empty():
            pieces.append(await self.chunk())
        return b"".join(pieces)
