"""Adds up what came of requests to the Hub, by minute and route. Pure.

Routes are a closed list (accounts.outgoing.hub_routes), so there is nothing to bound.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from dashboard.histogram import bucket_of
from dashboard.models import HubCount, HubLatency
from dashboard.rollups import Part, Rollup

MINUTE = 60


class HubOutcome(StrEnum):
    OK = "ok"
    REFUSED = "refused"
    """A status of 400 to 499: also what is not there, or asked for too often."""
    DOWN = "down"
    """No answer, or a fault of the Hub's own."""


def outcome_of(status: int) -> HubOutcome:
    """`status` is 0 for no answer."""
    if status == 0 or status >= 500:
        return HubOutcome.DOWN
    return HubOutcome.REFUSED if status >= 400 else HubOutcome.OK


class HubKey(NamedTuple):
    minute: int
    """Its first second, as seconds since the epoch."""
    route: str
    outcome: HubOutcome


@dataclass(slots=True)
class HubCell:
    last_at: datetime
    count: int = 0
    latencies: dict[int, int] = field(default_factory=dict)
    """Of answers alone: how long nothing came is for our own deadlines to say."""

    def merge(self, other: "HubCell") -> None:
        self.last_at = max(self.last_at, other.last_at)
        self.count += other.count
        for bucket, count in other.latencies.items():
            self.latencies[bucket] = self.latencies.get(bucket, 0) + count


class HubTally:
    """Counts that were not stored yet."""

    def __init__(self) -> None:
        self.cells: dict[HubKey, HubCell] = {}

    def add(self, at: datetime, route: str, status: int, seconds: float) -> None:
        minute = int(at.timestamp()) // MINUTE * MINUTE
        cell = self.cells.setdefault(HubKey(minute, route, outcome_of(status)), HubCell(at))
        cell.count += 1
        cell.last_at = max(cell.last_at, at)
        if status:
            bucket = bucket_of(seconds * 1000)
            cell.latencies[bucket] = cell.latencies.get(bucket, 0) + 1

    def merge(self, newer: "HubTally") -> None:
        for key, cell in newer.cells.items():
            self.cells.setdefault(key, HubCell(cell.last_at)).merge(cell)

    def forget_before(self, at: datetime) -> int:
        old = [key for key in self.cells if key.minute < at.timestamp()]
        return sum(self.cells.pop(key).count for key in old)

    def __len__(self) -> int:
        return sum(cell.count for cell in self.cells.values())


def _counts(tally: HubTally) -> Iterator[Part]:
    for (minute, *names), cell in tally.cells.items():
        yield Part(minute, tuple(names), {"count": cell.count, "last_at": cell.last_at})


def _latencies(tally: HubTally) -> Iterator[Part]:
    for key, cell in tally.cells.items():
        for bucket, count in cell.latencies.items():
            yield Part(key.minute, (key.route, bucket), {"count": count})


HUB_ROLLUPS = (
    Rollup(HubCount, ("route", "outcome"), _counts),
    Rollup(HubLatency, ("route", "bucket"), _latencies),
)
