"""`/healthz` and `/readyz`, for what restarts processes and what sends them requests.

Answered before Django, as probes name no host that ALLOWED_HOSTS has. What is found out holds for
a moment, so that nobody makes the database work by asking.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import orjson
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from redis import asyncio as redis

from accounts.database import lookups
from hfmcp_site.doctor import arrivals

logger = logging.getLogger(__name__)

HOLDS_SECONDS = 1.0
CHECK_SECONDS = 2.0

App = Callable[[dict[str, Any], Any, Any], Awaitable[None]]


class State(StrEnum):
    OK = "ok"
    UNREACHABLE = "unreachable"
    MISSING = "missing"
    NOT_USED = "not used"


@dataclass(frozen=True)
class Report:
    database: State
    migrations: State
    pages: State
    """Whether pages get a connection, which they take from a pool of their own."""
    redis: State
    made_at: float = field(default_factory=time.monotonic)

    @property
    def status(self) -> str:
        """Without Redis each worker works by itself, so that only degrades it."""
        if not self.database == self.migrations == self.pages == State.OK:
            return "unready"
        return "degraded" if self.redis is State.UNREACHABLE else "ready"

    @property
    def body(self) -> bytes:
        names = ("database", "migrations", "pages", "redis")
        checks = {name: getattr(self, name) for name in names}
        return orjson.dumps({"status": self.status, "checks": checks})


class HealthChecks:
    """Answers the two paths, and hands everything else on."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._report: Report | None = None
        self._checking: asyncio.Task[Report] | None = None
        self._has_migrations = False

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        path, is_read = scope.get("path"), scope.get("method") in ("GET", "HEAD")
        if path == "/healthz" and is_read and (question := arrivals.read_question(scope)):
            await arrivals.answer(question, scope, send)
        elif path == "/healthz" and is_read:
            await _answer(send, 200, b'{"status":"ok"}')
        elif path == "/readyz" and is_read:
            report = await self._latest()
            await _answer(send, 503 if report.status == "unready" else 200, report.body)
        else:
            await self._app(scope, receive, send)

    async def _latest(self) -> Report:
        """Return a report that is not old; whoever comes meanwhile waits for the same one."""
        if self._report is not None and time.monotonic() < self._report.made_at + HOLDS_SECONDS:
            return self._report
        if self._checking is None or self._checking.done():
            self._checking = asyncio.create_task(self._check())
        return await asyncio.shield(self._checking)

    async def _check(self) -> Report:
        checks = map(_try, (self._migrations, _ask_for_pages, _ask_redis))
        migrations, pages, of_redis = await asyncio.gather(*checks)
        is_there = migrations is not State.UNREACHABLE
        self._report = Report(State.OK if is_there else migrations, migrations, pages, of_redis)
        return self._report

    async def _migrations(self) -> State:
        self._has_migrations = await lookups.run(_ask_database, self._has_migrations)
        return State.OK if self._has_migrations else State.MISSING


def _ask_database(has_migrations: bool) -> bool:
    """Return whether the database has all migrations, which it does not lose again."""
    if has_migrations:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return True
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


async def _ask_for_pages() -> State:
    await asyncio.to_thread(_take_connection)
    return State.OK


def _take_connection() -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    finally:
        connection.close()


async def _ask_redis() -> State:
    if not settings.REDIS_URL:
        return State.NOT_USED
    async with redis.from_url(settings.REDIS_URL) as client:
        await client.ping()
    return State.OK


async def _try(check: Callable[[], Awaitable[State]]) -> State:
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            return await check()
    except Exception as error:
        # Whatever it is, the answer says so; without its text, which may hold addresses.
        logger.warning("A check of readiness failed: %s.", type(error).__name__)
        return State.UNREACHABLE


async def _answer(send: Any, status: int, body: bytes) -> None:
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
