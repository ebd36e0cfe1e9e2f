"""What is sent to open pages: made once for all of a process that watch the same range."""

from dataclasses import dataclass
from datetime import UTC, datetime

import orjson
from django.template.loader import render_to_string

from accounts.caching import SingleFlightCache
from dashboard.background import background
from dashboard.pages import PAGE_ROWS, page_context, series_json
from dashboard.privacy import without_people
from dashboard.ranges import Range
from dashboard.reading import read_snapshot

KEEP_SECONDS = 2.0


@dataclass(frozen=True)
class LivePage:
    range: str
    at: float
    parts: dict[str, object]
    """Its fragments of HTML, and the chart's series."""


class Shown:
    """What an open page shows already, and so is not sent again."""

    def __init__(self) -> None:
        self._sequence = 0
        self._range = ""
        self._parts: dict[str, object] = {}

    def message(self, page: LivePage) -> str:
        """Return the next message for it, as text: of the parts those that changed."""
        if page.range != self._range:
            self._range, self._parts = page.range, {}
        news = {name: part for name, part in page.parts.items() if self._parts.get(name) != part}
        self._parts = page.parts
        self._sequence += 1
        message = {"sequence": self._sequence, "range": page.range, "at": page.at, "parts": news}
        return orjson.dumps({"type": "snapshot", **message}).decode()


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

    async def page(self, shown: Range, *, sees_people: bool) -> LivePage:
        async def load() -> tuple[LivePage, float]:
            return await background.run(_make, shown, sees_people), KEEP_SECONDS

        return await self._pages.get((shown.name, sees_people), load)


def _make(shown: Range, sees_people: bool) -> LivePage:
    now = datetime.now(UTC)
    snapshot = read_snapshot(shown, now, PAGE_ROWS)
    if not sees_people:
        snapshot = without_people(snapshot)
    # The page tells by itself how long ago something was: or all of it changed each second.
    context = page_context(snapshot) | {"now": None}
    parts: dict[str, object] = {
        name: render_to_string(f"dashboard/_{name}.html", context)
        for name in ("tiles", "tables", "connections")
    }
    return LivePage(shown.name, now.timestamp(), parts | {"series": series_json(snapshot)})


live_pages = LivePages()
