"""What is counted of one client, tool, Space or reason. Synchronous, as dashboard.reading."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Max, Q, QuerySet, Sum

from dashboard.counts import NO_LATENCIES, Histograms, PeriodCount, rate
from dashboard.metrics import Point, series_of
from dashboard.models import FirstByteCount, LatencyCount, MessageCount, PersonCount
from dashboard.periods import by_period, counted, latencies_by_period
from dashboard.ranges import HOUR, Range, ceiling, floor
from mcpendpoint.protocol.records import ERRORS, Outcome

MOST = 20
"""Of each list about one thing."""


class Part(NamedTuple):
    """What some of the messages had in common."""

    names: tuple[str, ...]
    messages: int
    errors: int
    last_at: datetime


@dataclass(frozen=True)
class Totals:
    messages: int
    tool_calls: int
    errors: int
    limited: int
    notifications_sent: int
    duration_ms: float
    answer_bytes: int
    largest_answer_bytes: int
    last_at: datetime | None

    @property
    def error_rate(self) -> float:
        return rate(self.errors, self.messages - self.limited)

    @property
    def mean_ms(self) -> float | None:
        handled = self.messages - self.limited
        return self.duration_ms / handled if handled else None

    @property
    def mean_answer_bytes(self) -> float:
        handled = self.messages - self.limited
        return self.answer_bytes / handled if handled else 0.0


_errors = Sum("count", filter=Q(outcome__in=ERRORS), default=0)


@dataclass(frozen=True)
class About:
    """Some of the messages of a range: those for which `which` holds."""

    which: Q
    shown: Range

    @property
    def rows(self) -> QuerySet[MessageCount]:
        return counted(MessageCount, self.shown).filter(self.which)

    def totals(self) -> Totals:
        return Totals(
            **self.rows.aggregate(
                messages=Sum("count", default=0),
                tool_calls=Sum("count", filter=Q(method="tools/call"), default=0),
                errors=_errors,
                limited=Sum("count", filter=Q(outcome=Outcome.LIMITED), default=0),
                notifications_sent=Sum("notifications_sent", default=0),
                duration_ms=Sum("duration_ms", default=0.0),
                answer_bytes=Sum("answer_bytes", default=0),
                largest_answer_bytes=Max("largest_answer_bytes", default=0),
                last_at=Max("last_at"),
            )
        )

    def parts(self, *names: str) -> tuple[list[Part], int]:
        """Return the biggest parts by these columns, and how many there are in all."""
        found = (
            self.rows.exclude(**{names[0]: ""})
            .values_list(*names)
            .annotate(total=Sum("count"), error_total=_errors, latest=Max("last_at"))
            .order_by("-total", *names)
        )
        parts = [Part(tuple(row[: len(names)]), *row[len(names) :]) for row in found[:MOST]]
        return parts, len(parts) if len(parts) < MOST else found.count()

    def reasons(self) -> list[tuple[str, int]]:
        found = self.rows.exclude(reason="").values_list("reason").annotate(total=Sum("count"))
        return list(found.order_by("-total", "reason"))

    def series(self, latencies: Histograms = NO_LATENCIES) -> tuple[Point, ...]:
        rows = by_period(MessageCount, self.shown).filter(self.which)
        found = [
            PeriodCount(*row)
            for row in rows.values_list("period", "outcome").annotate(Sum("count"))
        ]
        return series_of(self.shown, found, latencies)


def read_latencies(shown: Range, **which: str) -> tuple[Mapping[int, int], Histograms]:
    """Return the histogram of a tool or Space in a range, and those of each step of it."""
    whole = counted(LatencyCount, shown).filter(**which)
    return (
        dict(whole.values_list("bucket").annotate(Sum("count"))),
        latencies_by_period(LatencyCount, shown, **which),
    )


def read_first_bytes(shown: Range, **which: str) -> dict[int, int]:
    """Return the histogram of how long streamed answers of a tool or Space took to begin."""
    rows = counted(FirstByteCount, shown).filter(**which)
    return dict(rows.values_list("bucket").annotate(Sum("count")))


def people(shown: Range, **which: Any) -> QuerySet[PersonCount]:
    """Return what people did in a range, whole hours of it: less is not told apart of them."""
    start, end = floor(shown.start.timestamp(), HOUR), ceiling(shown.end, HOUR)
    step = max(shown.step_seconds, HOUR)
    whole = Range(shown.name, shown.title, start, end, step, shown.query, shown.lasts)
    return counted(PersonCount, whole).filter(**which)
