"""The endpoint's handler without a server around it: many addresses, and no time to start."""

from typing import Any

import httpx
import orjson
from django.core.handlers.asgi import ASGIHandler

from mcpendpoint.transports.handler import EndpointHandler
from tests.mcpendpoint.wire import Json


class Visitor:
    """A client at an address of its own; it connects for each request anew."""

    def __init__(
        self, address: str, token: str | None = None, path: str = "/mcp", app: Any = None
    ) -> None:
        self.address = address
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._url = f"http://localhost:8000{path}"
        self._app = app or EndpointHandler(ASGIHandler())

    async def send(
        self, body: Any = None, headers: dict[str, str] | None = None, method: str = "POST"
    ) -> httpx.Response:
        """Send bytes as they are, anything else as JSON."""
        content = body if isinstance(body, bytes) else orjson.dumps(body)
        sent = {"Content-Type": "application/json", **self.headers, **(headers or {})}
        transport = httpx.ASGITransport(self._app, client=(self.address, 4711))
        async with httpx.AsyncClient(transport=transport) as client:
            return await client.request(method, self._url, content=content, headers=sent)

    async def statuses(self, count: int, body: Json) -> list[int]:
        return [(await self.send(body)).status_code for _ in range(count)]
