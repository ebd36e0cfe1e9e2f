"""The WebSocket of the dashboard: a snapshot at once, then another whenever something changed.

Admins only, and only for as long as they are: the session is looked at again every second and when
it ends. All a page may say is which range it shows.
"""

import asyncio
import contextlib
import json
import logging
import time
from importlib import import_module
from typing import Any
from urllib.parse import parse_qs

from channels.auth import get_user
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.db import DatabaseError

from accounts.admins import is_admin
from dashboard.announcements import GROUP, session_digest
from dashboard.live import live_pages
from dashboard.ranges import DEFAULT_RANGE, RANGES, Range

logger = logging.getLogger(__name__)

MAX_MESSAGE_CHARACTERS = 100
MIN_PAUSE_SECONDS = 0.5
PAUSE_PER_EFFORT = 3
"""A page that takes long to make, such as a busy week, is made less often."""
MAX_PAUSE_SECONDS = 5.0
"""The page is sent again after this time, as ages change and messages may be lost."""

STALE = '{"type": "stale"}'
"""Sent instead of a snapshot that cannot be made now."""

CLOSE_BAD_MESSAGE = 4400
CLOSE_SIGNED_OUT = 4401


class DashboardConsumer(AsyncWebsocketConsumer):  # type: ignore[misc] # channels has no types
    def __init__(self, *, session_check_seconds: float = 1.0) -> None:
        super().__init__()
        self._session_check_seconds = session_check_seconds
        self._shown = DEFAULT_RANGE
        self._due = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._stop()

    async def connect(self) -> None:
        if not await _may_watch(self.scope["user"]):
            await self.close()
            return
        query = parse_qs(self.scope["query_string"].decode("latin-1"))
        self._shown = RANGES.get(query.get("range", [""])[0], DEFAULT_RANGE)
        await self.accept()
        try:
            await self.channel_layer.group_add(GROUP, self.channel_name)
        except Exception as error:
            logger.warning("Not told of changes, looking by ourselves: %s.", type(error).__name__)
        self._tasks = [
            asyncio.create_task(self._keep_sending()),
            asyncio.create_task(self._keep_checking_session()),
        ]

    async def disconnect(self, code: int) -> None:
        with contextlib.suppress(Exception):
            await self.channel_layer.group_discard(GROUP, self.channel_name)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        shown = _read_range(text_data)
        if shown is None:
            await self._end(CLOSE_BAD_MESSAGE)
            return
        self._shown = shown
        self._due.set()

    async def metrics_changed(self, event: dict[str, str]) -> None:
        live_pages.note_change(event["id"])
        self._due.set()

    async def session_ended(self, event: dict[str, str]) -> None:
        if event["session"] == session_digest(self.scope["session"].session_key or ""):
            await self._end(CLOSE_SIGNED_OUT)

    async def _end(self, code: int) -> None:
        self._stop()
        await self.close(code)

    def _stop(self) -> None:
        for task in self._tasks:
            if task is not asyncio.current_task():
                task.cancel()

    async def _keep_sending(self) -> None:
        sequence = 0
        while True:
            self._due.clear()
            sequence += 1
            started = time.monotonic()
            try:
                await self.send(await live_pages.message(self._shown, sequence))
            except DatabaseError as error:
                # The page keeps what it shows until the database is back.
                logger.warning("A dashboard page could not be made: %s.", type(error).__name__)
                await self.send(STALE)
            except Exception:
                logger.exception("A dashboard page could not be sent.")
            pause_seconds = PAUSE_PER_EFFORT * (time.monotonic() - started)
            await asyncio.sleep(min(max(pause_seconds, MIN_PAUSE_SECONDS), MAX_PAUSE_SECONDS))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._due.wait(), MAX_PAUSE_SECONDS)

    async def _keep_checking_session(self) -> None:
        sessions = import_module(settings.SESSION_ENGINE)
        while True:
            await asyncio.sleep(self._session_check_seconds)
            stored = sessions.SessionStore(self.scope["session"].session_key)
            try:
                user = await get_user({"session": stored})
                may_watch = await _may_watch(user)
            except Exception:
                logger.exception("A dashboard session could not be checked.")
                continue
            if not may_watch:
                await self._end(CLOSE_SIGNED_OUT)
                return


async def _may_watch(user: Any) -> bool:
    return bool(await database_sync_to_async(is_admin)(user))


def _read_range(message: str | None) -> Range | None:
    """Return the range of `{"range": "1h"}`, or None for anything else."""
    if message is None or len(message) > MAX_MESSAGE_CHARACTERS:
        return None
    try:
        parsed = json.loads(message)
    except (ValueError, RecursionError):
        return None
    if not isinstance(parsed, dict) or parsed.keys() != {"range"}:
        return None
    name = parsed["range"]
    return RANGES.get(name) if isinstance(name, str) else None
