"""What is sent to open pages: made once for all of a process that watch the same range."""

from datetime import UTC, datetime

import orjson
from django.template.loader import render_to_string

from accounts.caching import SingleFlightCache
from dashboard.background import background
from dashboard.pages import PAGE_ROWS, page_context, series_json
from dashboard.ranges import Range
from dashboard.reading import read_snapshot

KEEP_SECONDS = 2.0


class LivePages:
    def __init__(self) -> None:
        self._pages: SingleFlightCache[str, dict[str, object]] = SingleFlightCache(
            max_bytes=16_000_000, max_entries=16
        )
        self._last_change = ""

    def note_change(self, change_id: str) -> None:
        """Forget what was made before this change; the same change reaches each open page."""
        if change_id != self._last_change:
            self._last_change = change_id
            self._pages.clear()

    async def message(self, shown: Range, sequence: int) -> str:
        """Return the next message for a page, as text."""

        async def load() -> tuple[dict[str, object], float]:
            return await background.run(_make, shown), KEEP_SECONDS

        page = await self._pages.get(shown.name, load)
        return orjson.dumps({"type": "snapshot", "sequence": sequence, **page}).decode()


def _make(shown: Range) -> dict[str, object]:
    snapshot = read_snapshot(shown, datetime.now(UTC), PAGE_ROWS)
    context = page_context(snapshot)
    fragments = {
        name: render_to_string(f"dashboard/_{name}.html", context) for name in ("tiles", "tables")
    }
    return {"range": shown.name, "fragments": fragments, "series": series_json(snapshot)}


live_pages = LivePages()
