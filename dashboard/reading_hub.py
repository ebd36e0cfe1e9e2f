"""Reads back what came of requests to the Hub. Synchronous, as dashboard.reading."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db.models import Max, Q, Sum

from dashboard.counts import rate
from dashboard.histogram import percentile
from dashboard.hub_tally import HubOutcome
from dashboard.metrics import Point
from dashboard.models import HubCount, HubLatency
from dashboard.periods import by_period, counted, latencies_by_period
from dashboard.ranges import Range


class Sums(NamedTuple):
    requests: int
    refused: int
    down: int
    last_at: datetime | None

    @property
    def down_rate(self) -> float:
        return rate(self.down, self.requests)


@dataclass(frozen=True)
class Route:
    name: str
    sums: Sums
    histogram: Mapping[int, int]


_SUMS = {
    "requests": Sum("count", default=0),
    "refused": Sum("count", filter=Q(outcome=HubOutcome.REFUSED), default=0),
    "down": Sum("count", filter=Q(outcome=HubOutcome.DOWN), default=0),
    "last": Max("last_at"),
}


def read_routes(shown: Range, **which: str) -> list[Route]:
    """Return those that were asked in a range, the busiest first."""
    histograms: dict[str, dict[int, int]] = defaultdict(dict)
    latencies = counted(HubLatency, shown).filter(**which).values_list("route", "bucket")
    for route, bucket, count in latencies.annotate(Sum("count")):
        histograms[route][bucket] = count
    counts = counted(HubCount, shown).filter(**which).values_list("route").annotate(**_SUMS)
    routes = [Route(name, Sums(*sums), histograms[name]) for name, *sums in counts]
    return sorted(routes, key=lambda route: (-route.sums.requests, route.name))


def read_hub_series(shown: Range, **which: str) -> tuple[Point, ...]:
    """Return requests, those that the Hub failed at, and how long its answers took, by step."""
    counts = by_period(HubCount, shown).filter(**which).values_list("period").annotate(**_SUMS)
    sums = {period: Sums(*found) for period, *found in counts}
    histograms = latencies_by_period(HubLatency, shown, **which)
    nothing = Sums(0, 0, 0, None)
    return tuple(
        Point(
            at=period,
            requests=sums.get(period, nothing).requests,
            errors=sums.get(period, nothing).down,
            p95_ms=percentile(histograms.get(period, {}), 0.95),
        )
        for period in shown.periods
    )
