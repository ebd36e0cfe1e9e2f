"""`/metrics`, for who has METRICS_TOKEN or comes from METRICS_ALLOWED_NETWORKS.

Answered before Django, as scrapers name no host that ALLOWED_HOSTS has.
"""

import asyncio
from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from typing import Any

from django.conf import settings
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from accounts.addresses import peer_of, scope_address
from accounts.bearer import is_bearer_of
from accounts.outgoing import watching
from hfmcp_site.monitoring import instruments, state
from hfmcp_site.monitoring.directory import forget_dead_workers
from mcpendpoint.protocol import records

App = Callable[[dict[str, Any], Any, Any], Awaitable[None]]

PATH = "/metrics"

_FORWARDED = frozenset({b"x-forwarded-for", b"forwarded", b"x-real-ip"})


class Monitoring:
    """An ASGI application around another one, whose requests it counts."""

    def __init__(self, app: App) -> None:
        self._app = app
        records.listen(instruments.note_record)
        watching.listen(instruments.note_asked)

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["path"] == PATH and scope["method"] in ("GET", "HEAD"):
            await _answer(scope, send)
            return
        state.in_progress.count += 1
        try:
            await self._app(scope, receive, send)
        finally:
            state.in_progress.count -= 1


async def _answer(scope: dict[str, Any], send: Any) -> None:
    if refusal := _refusal(scope):
        await _send(send, 403, "text/plain; charset=utf-8", f"{refusal}\n".encode())
        return
    state.look()
    await _send(send, 200, CONTENT_TYPE_LATEST, await asyncio.to_thread(_exposition))


def _exposition() -> bytes:
    if not settings.METRICS_DIRECTORY:
        return generate_latest(instruments.registry)
    forget_dead_workers(settings.METRICS_DIRECTORY)
    of_all = CollectorRegistry()
    MultiProcessCollector(of_all, settings.METRICS_DIRECTORY)  # type: ignore[no-untyped-call]
    return generate_latest(of_all)


def _refusal(scope: dict[str, Any]) -> str:
    """Return why somebody may not read, "" if they may."""
    headers = dict(scope["headers"])
    authorization = headers.get(b"authorization", b"").decode("latin-1")
    if settings.METRICS_TOKEN and authorization:
        is_theirs = is_bearer_of(authorization, settings.METRICS_TOKEN)
        return "" if is_theirs else "This is not METRICS_TOKEN."
    if not settings.TRUSTED_PROXIES and _FORWARDED & headers.keys():
        # It would be everybody's who comes through the proxy.
        return "This came through a proxy, and TRUSTED_PROXIES names none."
    if not peer_of(scope) or not _is_allowed(scope_address(scope)):
        return "Send METRICS_TOKEN, or come from one of METRICS_ALLOWED_NETWORKS."
    return ""


def _is_allowed(address: str) -> bool:
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    parsed = getattr(parsed, "ipv4_mapped", None) or parsed
    return any(parsed in network for network in settings.METRICS_ALLOWED_NETWORKS)


async def _send(send: Any, status: int, content_type: str, body: bytes) -> None:
    headers = [
        (b"content-type", content_type.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
