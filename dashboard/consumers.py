"""The WebSocket of the dashboard: what its page shows at once, then what changes, once a second at
most. When nothing does, a sign of life.

For whoever has a role, and only for as long as they have it: see dashboard.viewers. All a page may
say is which range it shows.
"""

import asyncio
import contextlib
import logging
import time
from typing import Any
from urllib.parse import parse_qs

from channels.generic.websocket import AsyncWebsocketConsumer
from django.db import DatabaseError

from accounts.database import lookups
from accounts.operators.models import Role
from accounts.operators.roles import role_of
from dashboard.announcements import GROUP, session_digest
from dashboard.live import LivePage, live_pages
from dashboard.ranges import DEFAULT_RANGE, MINUTE, RANGES, Rolling
from dashboard.viewers import viewers

logger = logging.getLogger(__name__)

MIN_PAUSE_SECONDS = 1.0
PAUSE_PER_EFFORT = 3
"""A page that takes long to make, such as a busy week, is made less often."""
MAX_PAUSE_SECONDS = 5.0
"""After this time the page is looked at again, as messages may be lost. Where a point of the chart
is ten minutes and more, a second hardly shows, and to make the page costs the same: it waits.
"""

ALIVE = '{"type": "alive"}'
STALE = '{"type": "stale"}'
"""Sent instead of what cannot be made now."""

CLOSE_BAD_MESSAGE = 4400
CLOSE_SIGNED_OUT = 4401


class DashboardConsumer(AsyncWebsocketConsumer):  # type: ignore[misc] # channels has no types
    def __init__(self) -> None:
        super().__init__()
        self._shown = DEFAULT_RANGE
        self._role = Role.VIEWER
        self._due = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._is_over = False

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._stop()

    async def connect(self) -> None:
        role = await lookups.run(role_of, self.scope["user"])
        if role is None:
            await self.close()
            return
        self._role = role
        query = parse_qs(self.scope["query_string"].decode("latin-1"))
        self._shown = RANGES.get(query.get("range", [""])[0], DEFAULT_RANGE)
        await self.accept()
        try:
            await self.channel_layer.group_add(GROUP, self.channel_name)
        except Exception as error:
            logger.warning("Not told of changes, looking by ourselves: %s.", type(error).__name__)
        viewers.add(self._session_key, role, self._sign_out)
        self._tasks = [asyncio.create_task(self._keep_sending())]

    async def disconnect(self, code: int) -> None:
        with contextlib.suppress(Exception):
            await self.channel_layer.group_discard(GROUP, self.channel_name)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        await self._end(CLOSE_BAD_MESSAGE)  # a page has nothing to say

    async def metrics_changed(self, event: dict[str, str]) -> None:
        live_pages.note_change(event["id"])
        self._due.set()

    async def session_ended(self, event: dict[str, str]) -> None:
        if event["session"] == session_digest(self._session_key):
            await self._sign_out()

    @property
    def _session_key(self) -> str:
        return self.scope["session"].session_key or ""

    async def _sign_out(self) -> None:
        await self._end(CLOSE_SIGNED_OUT)

    async def _end(self, code: int) -> None:
        """End it once: what the page had sent by then comes after the close all the same."""
        if not self._is_over:
            self._is_over = True
            self._stop()
            await self.close(code)

    def _stop(self) -> None:
        viewers.remove(self._sign_out)
        for task in self._tasks:
            if task is not asyncio.current_task():
                task.cancel()

    async def _keep_sending(self) -> None:
        shown: LivePage | None = None
        while True:
            self._due.clear()
            started = time.monotonic()
            try:
                sees_people = self._role >= Role.OPERATOR
                page = await live_pages.page(self._shown, sees_people=sees_people)
                await self.send(page.message_after(shown) or ALIVE)
                shown = page
            except DatabaseError as error:
                # The page keeps what it shows until the database is back.
                logger.warning("A dashboard page could not be made: %s.", type(error).__name__)
                await self.send(STALE)
            except Exception:
                logger.exception("A dashboard page could not be sent.")
            pause = _pause_seconds(self._shown, time.monotonic() - started)
            await asyncio.sleep(pause)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._due.wait(), MAX_PAUSE_SECONDS - pause)


def _pause_seconds(shown: Rolling, effort_seconds: float) -> float:
    if shown.step_seconds > MINUTE:
        return MAX_PAUSE_SECONDS
    return min(max(PAUSE_PER_EFFORT * effort_seconds, MIN_PAUSE_SECONDS), MAX_PAUSE_SECONDS)
