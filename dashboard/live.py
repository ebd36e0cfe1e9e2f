"""What is sent to open pages: made once for all of a process that watch the same range, and of it
only what an open page does not show yet.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from time import monotonic, thread_time
from typing import Any

import orjson

from accounts.caching import SingleFlightCache
from dashboard.background import background
from dashboard.overview import ROWS, build_overview
from dashboard.privacy import without_people
from dashboard.ranges import MINUTE, Rolling
from dashboard.reading import read_before, read_snapshot

KEEP_SECONDS = 2.0

SHARE_OF_TIME = 0.02
"""What making the pages of all ranges takes of a processor, which answers need."""
SHARE_OF_WAITING = 0.1
"""What counts as that of the time that the database takes: its processors are others' too."""
MIN_PAUSE_SECONDS = 1.0
MAX_PAUSE_SECONDS = 5.0
"""After this time a page is looked at again, as messages may be lost. Where a point of the chart
is ten minutes and more, a second hardly shows, and to make the page costs the same: it waits.
"""

_numbers = count(1)

Parts = dict[str, Any]
"""What dashboard.overview.Overview.as_data returns."""


@dataclass(frozen=True)
class LivePage:
    range: str
    at: float
    parts: Parts
    effort_seconds: float
    """What it took to make it."""
    number: int = field(default_factory=lambda: next(_numbers))
    _messages: dict[int, str] = field(default_factory=dict)

    def message_after(self, shown: "LivePage | None") -> str:
        """Return what turns a page that shows `shown` into this one, "" for nothing."""
        is_same_range = shown is not None and shown.range == self.range
        known = shown.parts if shown is not None and is_same_range else {}
        number = shown.number if shown is not None and is_same_range else 0
        if number not in self._messages:
            self._messages[number] = self._message(known)
        return self._messages[number]

    def _message(self, known: Parts) -> str:
        changes = {
            name: _change(known.get(name), part)
            for name, part in self.parts.items()
            if known.get(name) != part
        }
        gone = [name for name in known if name not in self.parts]
        if known and not changes and not gone:
            return ""
        message = {"type": "changes", "range": self.range, "at": self.at, "parts": changes}
        return orjson.dumps(message | ({"gone": gone} if gone else {})).decode()


def _change(old: Any, new: Any) -> dict[str, Any]:
    """Return `{"all": …}`, or, where less does, which rows of a table or points are new."""
    if _is_table(old) and _is_table(new) and len(old["rows"]) == len(new["rows"]):
        rows = {
            str(i): row
            for i, (before, row) in enumerate(zip(old["rows"], new["rows"], strict=True))
            if before != row
        }
        rest = {name: value for name, value in new.items() if old.get(name) != value}
        rest.pop("rows", None)
        return {"rows": rows, "rest": rest}
    if _is_series(old) and _is_series(new) and old["at"] == new["at"]:
        columns = [new[name] for name in new]
        first = next(
            i
            for i, point in enumerate(zip(*columns, strict=True))
            if point != tuple(old[name][i] for name in new)
        )
        return {"from": first, "points": {name: values[first:] for name, values in new.items()}}
    return {"all": new}


def _is_table(part: Any) -> bool:
    return isinstance(part, dict) and "rows" in part


def _is_series(part: Any) -> bool:
    return isinstance(part, dict) and "at" in part


class LivePages:
    def __init__(self) -> None:
        self._pages: SingleFlightCache[tuple[str, bool], LivePage] = SingleFlightCache(
            max_bytes=16_000_000,
            max_entries=16,
            # Two for each range, of a bounded length: to weigh each takes as long as to send it.
            size_of=lambda _: 500_000,
        )
        self._efforts: dict[tuple[str, bool], tuple[float, float, float]] = {}
        """What each took when it was last made, the time before, and when that was."""

    def note_change(self) -> None:
        """Forget what was made before."""
        self._pages.clear()

    async def page(self, shown: Rolling, *, sees_people: bool) -> LivePage:
        key = shown.name, sees_people

        async def load() -> tuple[LivePage, float]:
            page = await background.run(_make, shown, sees_people)
            before, *_ = self._efforts.get(key, (0.0,))
            self._efforts[key] = page.effort_seconds, before, monotonic()
            return page, KEEP_SECONDS

        return await self._pages.get(key, load)

    def pause_seconds(self, shown: Rolling) -> float:
        """Return how long an open page stays as it is: longer where pages of many ranges are open,
        or take long to make, such as those of a busy week.
        """
        if shown.step_seconds > MINUTE:
            return MAX_PAUSE_SECONDS
        since = monotonic() - 2 * MAX_PAUSE_SECONDS
        # The lower of two: what a process does for the first time takes many times as long.
        effort = sum(min(last, before) for last, before, at in self._efforts.values() if at > since)
        return min(max(effort / SHARE_OF_TIME, MIN_PAUSE_SECONDS), MAX_PAUSE_SECONDS)


def _make(rolling: Rolling, sees_people: bool) -> LivePage:
    began, worked, now = monotonic(), thread_time(), datetime.now(UTC)
    shown = rolling.at(now)
    snapshot = read_snapshot(shown, now, ROWS)
    if not sees_people:
        snapshot = without_people(snapshot)
    overview = build_overview(snapshot, read_before(shown), shown)
    parts = overview.as_data()
    effort = thread_time() - worked
    effort += (monotonic() - began - effort) * SHARE_OF_WAITING
    return LivePage(rolling.name, now.timestamp(), parts, effort)


live_pages = LivePages()
