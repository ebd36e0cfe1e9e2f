"""Tells the dashboard which streams are open. Each worker says it of its own, over and over: what
one has not repeated for a while is gone with it.
"""

import asyncio
import contextvars
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from secrets import token_hex
from typing import NamedTuple
from uuid import uuid4

from django.db import transaction

from accounts.housekeeping import delete_in_steps
from dashboard.announcements import announce
from dashboard.background import background
from dashboard.models import OpenStreams
from dashboard.tally import OTHER
from dashboard.upserts import digest, upsert
from mcpendpoint.protocol.client_tag import ClientTag

logger = logging.getLogger(__name__)

SETTLE_SECONDS = 0.5
"""Before a change is said: streams come and go together."""
REPEAT_SECONDS = 5.0
GONE_AFTER = timedelta(seconds=15)
MAX_KINDS = 300
"""Of clients that one worker tells apart: names come from them."""

_REPLACE = "{new}"


class Kind(NamedTuple):
    client_name: str
    client_version: str
    kind: str
    """As mcpendpoint.push.frames call it."""


class Connections:
    """Those of this process."""

    def __init__(self, changed: Callable[[dict[str, str]], Awaitable[None]] = announce) -> None:
        self._changed = changed
        self._open: Counter[Kind] = Counter()
        self._is_said = True
        self._saying: asyncio.Task[None] | None = None
        self._worker = ""

    def note(self, client: ClientTag, kind: str, difference: int) -> None:
        """Count a stream that opens or ends; a listener of push.streams, on the event loop."""
        key = Kind(client.name, client.version, kind)
        self._open[key] += difference
        if not self._open[key]:
            del self._open[key]
        self._is_said = False
        if self._saying is None or self._saying.get_loop().is_closed():
            self._saying = asyncio.get_running_loop().create_task(
                self._say_over_and_over(),
                context=contextvars.Context(),  # not that of whoever opens the first one
            )

    async def _say_over_and_over(self) -> None:
        try:
            while self._open or not self._is_said:
                await asyncio.sleep(SETTLE_SECONDS)
                await self._say()
                waited = 0.0
                while self._is_said and self._open and waited < REPEAT_SECONDS:
                    await asyncio.sleep(SETTLE_SECONDS)
                    waited += SETTLE_SECONDS
        finally:
            self._saying = None

    async def _say(self) -> None:
        is_news, self._is_said = not self._is_said, True
        self._worker = self._worker or token_hex(8)
        try:
            await background.run(store, self._worker, dict(self._open), datetime.now(UTC))
        except Exception as error:
            self._is_said = not is_news
            logger.warning("Open streams could not be stored: %s.", type(error).__name__)
            return
        if is_news:
            await self._changed({"type": "metrics.changed", "id": uuid4().hex})


def store(worker: str, streams: dict[Kind, int], now: datetime) -> None:
    """Say what is open in a worker now, and nothing else is."""
    counts = _within_bounds(streams)
    rows = [
        {
            "worker": worker,
            "digest": digest(*kind),
            **kind._asdict(),
            "count": count,
            "at": now,
        }
        for kind, count in counts.items()
    ]
    with transaction.atomic():
        upsert(
            OpenStreams,
            rows,
            unique=("worker", "digest"),
            on_conflict={"count": _REPLACE, "at": _REPLACE},
        )
        OpenStreams.objects.filter(worker=worker, at__lt=now).delete()


def _within_bounds(streams: dict[Kind, int]) -> Counter[Kind]:
    counts: Counter[Kind] = Counter()
    for number, (kind, count) in enumerate(Counter(streams).most_common()):
        counts[kind if number < MAX_KINDS else Kind(OTHER, "", kind.kind)] += count
    return counts


def forget_old(now: datetime) -> int:
    gone = OpenStreams.objects.filter(at__lt=now - GONE_AFTER)
    return delete_in_steps(gone.order_by("at"))


connections = Connections()
"""The ones of this process."""
