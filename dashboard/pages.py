"""What the page's templates and its chart are given, at first and with each update."""

from typing import Any

from django.conf import settings
from django.urls import reverse

from dashboard.metrics import Snapshot
from dashboard.ranges import RANGES
from mcpendpoint.access.limits import Limit
from mcpendpoint.protocol.records import Outcome

KINDS_OF_ERRORS = {
    Outcome.FAILED: "server",
    Outcome.TOOL_ERROR: "tool",
    Outcome.REJECTED: "client",
    Outcome.DENIED: "denied",
}


LIMITS = {
    Limit.ANONYMOUS: "anonymous",
    Limit.WRONG_CREDENTIALS: "wrong credentials",
    Limit.USER: "by person",
    Limit.CLIENT: "by client",
    Limit.CHEAP: "cheap tools",
    Limit.HUB: "Hub tools",
    Limit.SPACE: "Spaces",
    Limit.WRITE: "writing tools",
    "streams_server": "streams in all",
    "streams_caller": "streams of one caller",
    "resources_server": "resources in all",
    "resources_caller": "resources of one caller",
}


PAGE_ROWS = 50
"""Of each table: a page stays below 200 kB whatever clients are called."""


def page_context(snapshot: Snapshot) -> dict[str, Any]:
    return {
        "snapshot": snapshot,
        "totals": snapshot.totals,
        "kinds_of_errors": [
            {"outcome": str(outcome), "text": f"{count:,} {kind}"}
            for outcome, kind in KINDS_OF_ERRORS.items()
            if (count := snapshot.totals.outcomes[outcome])
        ],
        "limits_hit": [
            f"{hits.requests:,} {LIMITS.get(hits.limit, hits.limit)}" for hits in snapshot.limits
        ],
        "now": snapshot.generated_at,
        "shown": RANGES[snapshot.range],
        "endpoint_url": settings.PUBLIC_URL + reverse("mcpendpoint:shared"),
    }


def series_json(snapshot: Snapshot) -> dict[str, list[float | None]]:
    """Return the chart's columns: seconds since the epoch, then one value for each."""
    return {
        "at": [point.at.timestamp() for point in snapshot.series],
        "requests": [point.requests for point in snapshot.series],
        "errors": [point.errors for point in snapshot.series],
        "p95_ms": [point.p95_ms for point in snapshot.series],
    }
