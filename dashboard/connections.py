"""Tells the dashboard which streams are open. Each worker says it of its own, over and over: what
one has not repeated for a while is gone with it.
"""

import asyncio
import contextvars
import logging
import time
from collections import Counter, deque
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from itertools import islice
from secrets import token_hex
from typing import Any, NamedTuple

from django.db import transaction

from accounts.housekeeping import delete_in_steps
from dashboard.announcements import announce_change
from dashboard.background import background
from dashboard.models import OpenStreams, StreamSample
from dashboard.tally import OTHER
from dashboard.upserts import digest, upsert
from mcpendpoint.push.stream import Stream, StreamEvent

logger = logging.getLogger(__name__)

SETTLE_SECONDS = 0.5
"""Before a change is said: streams come and go together."""
REPEAT_SECONDS = 5.0
GONE_AFTER = timedelta(seconds=15)
MAX_KINDS = 300
"""Of clients that one worker tells apart: names come from them."""
MAX_SHOWN = 100
"""Of streams that one worker tells one by one, however many it has."""
MAX_ENDED = 20
ENDED_SHOWN_FOR = timedelta(minutes=5)

_REPLACE = "{new}"


class Kind(NamedTuple):
    client_name: str
    client_version: str
    kind: str
    """As mcpendpoint.push.frames call it."""
    protocol_version: str = ""


class Open(NamedTuple):
    streams: int
    distressed: int = 0


class Connections:
    """Those of this process."""

    def __init__(self, changed: Callable[[], Awaitable[None]] = announce_change) -> None:
        self._changed = changed
        self._open: Counter[Kind] = Counter()
        self._streams: dict[Stream, None] = {}
        self._ended: deque[dict[str, Any]] = deque(maxlen=MAX_ENDED)
        self._is_said = True
        self._saying: asyncio.Task[None] | None = None
        self._worker = ""

    def note(self, stream: Stream, event: StreamEvent) -> None:
        """Count a stream that opens or ends; a listener of push.streams, on the event loop."""
        kind = _kind_of(stream)
        match event:
            case StreamEvent.OPENED | StreamEvent.RESUMED:
                self._open[kind] += 1
                self._streams[stream] = None
            case StreamEvent.CLOSED:
                self._open[kind] -= 1
                if not self._open[kind]:
                    del self._open[kind]
                self._streams.pop(stream, None)
                self._ended.append(_shown(stream) | {"ended_at": time.time()})
            case _:
                return
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
        counts, sample = self._counts(), self._sample()
        try:
            await background.run(store, self._worker, counts, datetime.now(UTC), sample)
        except Exception as error:
            self._is_said = not is_news
            logger.warning("Open streams could not be stored: %s.", type(error).__name__)
            return
        if is_news:
            await self._changed()

    def _counts(self) -> dict[Kind, Open]:
        now = time.monotonic()
        distressed = Counter(
            _kind_of(stream) for stream in self._streams if stream.is_in_distress(now)
        )
        return {kind: Open(count, distressed[kind]) for kind, count in self._open.items()}

    def _sample(self) -> list[dict[str, Any]]:
        since = time.time() - ENDED_SHOWN_FOR.total_seconds()
        newest = islice(reversed(self._streams), MAX_SHOWN)
        return [
            *map(_shown, newest),
            *(row for row in reversed(self._ended) if row["ended_at"] > since),
        ]


def _kind_of(stream: Stream) -> Kind:
    origin = stream.origin
    client = origin.client
    return Kind(client.name, client.version, stream.frames.kind, origin.protocol_version)


def _shown(stream: Stream) -> dict[str, Any]:
    origin = stream.origin
    return {
        **_kind_of(stream)._asdict(),
        "user_id": origin.user_id,
        "credential": origin.credential,
        "session": origin.session or "",
        "opened_at": stream.opened_at,
        "alive_at": stream.alive_at,
        "is_distressed": stream.is_in_distress(time.monotonic()),
        "ended_by": stream.ended_by,
        "ended_at": None,
    }


def store(
    worker: str,
    streams: dict[Kind, Open],
    now: datetime,
    sample: list[dict[str, Any]] | None = None,
) -> None:
    """Say what is open in a worker now, and nothing else is."""
    rows = [
        {
            "worker": worker,
            "digest": digest(*kind),
            **kind._asdict(),
            "count": found.streams,
            "distressed": found.distressed,
            "at": now,
        }
        for kind, found in _within_bounds(streams).items()
    ]
    said = {"worker": worker, "streams": sample or [], "at": now}
    with transaction.atomic():
        upsert(
            OpenStreams,
            rows,
            unique=("worker", "digest"),
            on_conflict={"count": _REPLACE, "distressed": _REPLACE, "at": _REPLACE},
        )
        OpenStreams.objects.filter(worker=worker, at__lt=now).delete()
        upsert(
            StreamSample,
            [said],
            unique=("worker",),
            on_conflict={"streams": _REPLACE, "at": _REPLACE},
        )


def _within_bounds(streams: dict[Kind, Open]) -> dict[Kind, Open]:
    found: dict[Kind, Open] = {}
    for number, (kind, more) in enumerate(
        sorted(streams.items(), key=lambda item: -item[1].streams)
    ):
        known = kind if number < MAX_KINDS else Kind(OTHER, "", kind.kind)
        before = found.get(known, Open(0))
        found[known] = Open(before.streams + more.streams, before.distressed + more.distressed)
    return found


def forget_old(now: datetime) -> int:
    gone = OpenStreams.objects.filter(at__lt=now - GONE_AFTER)
    ended = StreamSample.objects.filter(at__lt=now - ENDED_SHOWN_FOR)
    return delete_in_steps(gone.order_by("at")) + delete_in_steps(ended.order_by("at"))


connections = Connections()
"""The ones of this process."""
