"""Rejects callers over a limit before their request is read.

A client that comes back at once although it was told to wait gets its answer late. So a client in a
retry loop sends hardly more than it has connections in a second, and takes no time from others.
"""

import asyncio
from typing import Any, NamedTuple

import orjson
from django.conf import settings

from accounts.addresses import peer_of
from accounts.caching import BoundedCache, approximate_bytes
from accounts.proxies import client_behind
from mcpendpoint.access.limits import TOO_MANY, TooMany, enter, explain
from mcpendpoint.protocol.records import Outcome
from mcpendpoint.protocol.security import cors_headers_for
from mcpendpoint.serving.recording import Recording

LATE_SECONDS = 1.0
MAX_LATE = 2_000
"""So many answers may be held back at a time. Each costs a connection, and nothing else."""

MAX_TOLD_BYTES = 5_000_000


class _Visitor(NamedTuple):
    address: str
    authorization: str | None
    origins: list[str]


class RateLimitGate:
    def __init__(self) -> None:
        self._late = 0
        self._told: BoundedCache[str, bool] = BoundedCache(max_bytes=MAX_TOLD_BYTES)

    async def rejects(self, scope: dict[str, Any], send: Any) -> bool:
        """Count the request; answer it with 429 and return True if the caller is over a limit."""
        if scope["method"] == "OPTIONS":
            return False
        visitor = _look_at(scope)
        try:
            enter(visitor.address, visitor.authorization)
        except TooMany as too_many:
            await self._refuse(too_many, visitor, send)
            return True
        return False

    async def _refuse(self, too_many: TooMany, visitor: _Visitor, send: Any) -> None:
        Recording(caller=too_many.caller, address=visitor.address).finish(
            Outcome.LIMITED, error_code=TOO_MANY, limit=too_many.limit, http_status=429
        )
        if self._was_told(too_many) and self._late < MAX_LATE:
            await self._make_late()
        await _answer(too_many, visitor.origins, send)

    def _was_told(self, too_many: TooMany) -> bool:
        bucket = too_many.bucket
        was_told = self._told.get(bucket) is not None
        size, seconds = approximate_bytes(bucket), too_many.retry_after_seconds
        self._told.put(bucket, True, size_bytes=size, seconds=seconds)
        return was_told

    async def _make_late(self) -> None:
        self._late += 1
        try:
            await asyncio.sleep(LATE_SECONDS)
        finally:
            self._late -= 1


def _look_at(scope: dict[str, Any]) -> _Visitor:
    authorization: str | None = None
    forwarded_for: list[str] = []
    origins: list[str] = []
    for name, value in scope["headers"]:
        if name == b"authorization":
            authorization = value.decode("latin-1").strip(" \t")
        elif name == b"x-forwarded-for":
            forwarded_for.append(value.decode("latin-1"))
        elif name == b"origin":
            origins.append(value.decode("latin-1"))
    address = client_behind(peer_of(scope), forwarded_for, settings.TRUSTED_PROXIES)
    return _Visitor(address, authorization, origins)


async def _answer(too_many: TooMany, origins: list[str], send: Any) -> None:
    body = orjson.dumps(explain(too_many))
    headers = {
        "content-type": "application/json",
        "content-length": str(len(body)),
        "retry-after": str(too_many.retry_after_seconds),
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        **cors_headers_for(origins),
    }
    pairs = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": 429, "headers": pairs})
    await send({"type": "http.response.body", "body": body})
