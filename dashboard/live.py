"""What is sent to open pages: made once for all of a process that watch the same range, and of it
only what an open page does not show yet.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

import orjson

from accounts.caching import SingleFlightCache
from dashboard.background import background
from dashboard.overview import ROWS, build_overview
from dashboard.privacy import without_people
from dashboard.ranges import Rolling
from dashboard.reading import read_before, read_snapshot

KEEP_SECONDS = 2.0

_numbers = count(1)

Parts = dict[str, Any]
"""What dashboard.overview.Overview.as_data returns."""


@dataclass(frozen=True)
class LivePage:
    range: str
    at: float
    parts: Parts
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
            max_bytes=16_000_000, max_entries=16
        )
        self._last_change = ""

    def note_change(self, change_id: str) -> None:
        """Forget what was made before this change; the same change reaches each open page."""
        if change_id != self._last_change:
            self._last_change = change_id
            self._pages.clear()

    async def page(self, shown: Rolling, *, sees_people: bool) -> LivePage:
        async def load() -> tuple[LivePage, float]:
            return await background.run(_make, shown, sees_people), KEEP_SECONDS

        return await self._pages.get((shown.name, sees_people), load)


def _make(rolling: Rolling, sees_people: bool) -> LivePage:
    now = datetime.now(UTC)
    shown = rolling.at(now)
    snapshot = read_snapshot(shown, now, ROWS)
    if not sees_people:
        snapshot = without_people(snapshot)
    overview = build_overview(snapshot, read_before(shown), shown)
    return LivePage(rolling.name, now.timestamp(), overview.as_data())


live_pages = LivePages()
