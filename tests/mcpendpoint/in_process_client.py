"""The SDK's real client, connected to the endpoint's handler within this process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import mcp
from django.core.handlers.asgi import ASGIHandler
from mcp.client.streamable_http import streamable_http_client

from mcpendpoint.transports.handler import EndpointHandler

ERAS = ["legacy", "auto"]
"""Before 2026-07-28, and since."""
URL = "http://localhost:8000/mcp?gradio=none"


@asynccontextmanager
async def connected(
    era: str, token: str | None = None, *, url: str = URL
) -> AsyncIterator[mcp.Client]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    transport = httpx2.ASGITransport(EndpointHandler(ASGIHandler()), client=("192.0.2.1", 4711))
    async with (
        httpx2.AsyncClient(transport=transport, headers=headers, timeout=30) as http,
        mcp.Client(streamable_http_client(url, http_client=http), mode=era) as client,
    ):
        yield client
