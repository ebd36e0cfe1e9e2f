"""The WebSocket of the dashboard: what its page shows at once, then what changes, once a second at
most. When nothing does, a sign of life.

For whoever has a role, and only for as long as they have it: see dashboard.viewers. All a page may
say is which range it shows.
"""

import asyncio
import contextlib
import logging
from typing import Any
from urllib.parse import parse_qs

from channels.generic.websocket import AsyncWebsocketConsumer
from django.db import DatabaseError

from accounts.database import lookups
from accounts.operators.models import Role
from accounts.operators.roles import role_of
from dashboard.live import MAX_PAUSE_SECONDS, LivePage, live_pages
from dashboard.ranges import DEFAULT_RANGE, RANGES
from dashboard.viewers import viewers

logger = logging.getLogger(__name__)

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
        viewers.add(self)
        self._tasks = [asyncio.create_task(self._keep_sending())]

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        await self._end(CLOSE_BAD_MESSAGE)  # a page has nothing to say

    @property
    def session_key(self) -> str:
        return self.scope["session"].session_key or ""

    @property
    def role(self) -> Role:
        return self._role

    def look_again(self) -> None:
        self._due.set()

    async def sign_out(self) -> None:
        await self._end(CLOSE_SIGNED_OUT)

    async def _end(self, code: int) -> None:
        """End it once: what the page had sent by then comes after the close all the same."""
        if not self._is_over:
            self._is_over = True
            self._stop()
            await self.close(code)

    def _stop(self) -> None:
        viewers.remove(self)
        for task in self._tasks:
            if task is not asyncio.current_task():
                task.cancel()

    async def _keep_sending(self) -> None:
        shown: LivePage | None = None
        while True:
            self._due.clear()
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
            pause = live_pages.pause_seconds(self._shown)
            await asyncio.sleep(pause)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._due.wait(), MAX_PAUSE_SECONDS - pause)
