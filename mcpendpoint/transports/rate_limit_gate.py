"""Rejects callers over a limit, and networks that are blocked, before their request is read.

A client that comes back at once although it was told to wait gets its answer late. So a client in a
retry loop sends hardly more than it has connections in a second, and takes no time from others.
"""

import asyncio
from typing import Any, NamedTuple

import orjson
from django.conf import settings
from mcp_types import INVALID_REQUEST

from accounts.addresses import peer_of
from accounts.caching import BoundedCache, approximate_bytes
from accounts.proxies import client_behind
from mcpendpoint.access.admission import check_address, read_blocks_at_first
from mcpendpoint.access.limits import TOO_MANY, TooMany, enter, explain
from mcpendpoint.access.who import NotAdmitted
from mcpendpoint.protocol.messages import error_message
from mcpendpoint.protocol.records import Outcome, Reason
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
        """Count the request; answer it with 429 or 403 and return True if it is not for us."""
        if scope["method"] == "OPTIONS":
            return False
        visitor = _look_at(scope)
        await read_blocks_at_first()
        try:
            check_address(visitor.address)
            enter(visitor.address, visitor.authorization)
        except NotAdmitted as blocked:
            Recording(address=visitor.address).finish(
                Outcome.DENIED,
                error_code=INVALID_REQUEST,
                reason=Reason.BLOCKED,
                http_status=blocked.status,
            )
            body = error_message(INVALID_REQUEST, str(blocked), None)
            await _answer(blocked.status, body, {}, visitor.origins, send)
            return True
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
        headers = {"retry-after": str(too_many.retry_after_seconds)}
        await _answer(429, explain(too_many), headers, visitor.origins, send)

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


async def _answer(
    status: int, message: Any, headers: dict[str, str], origins: list[str], send: Any
) -> None:
    body = orjson.dumps(message)
    headers = {
        "content-type": "application/json",
        "content-length": str(len(body)),
        **headers,
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        **cors_headers_for(origins),
    }
    pairs = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": pairs})
    await send({"type": "http.response.body", "body": body})
