"""What is counted in windows of time that end now. Synchronous: call it off the event loop.

Each window is read once, whatever is asked of it.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import NamedTuple

from django.db.models import Sum

from dashboard.alerts.models import Rule
from dashboard.connections import GONE_AFTER
from dashboard.histogram import percentile
from dashboard.models import MessageCount, MethodLatency, OpenStreams, ToolCount, TrafficCount
from dashboard.periods import counted
from dashboard.ranges import Range, between
from dashboard.tally import OTHER
from mcpendpoint.protocol.records import ERRORS, PRIVATE, REFUSED, Outcome, Reason

Figure = Rule.Figure

SPACE_FAILS = (Reason.SPACE_ERROR, Reason.SPACE_ASLEEP)
MAX_SPACES = 200
"""Those with the most failures."""


class Reading(NamedTuple):
    value: float
    of: int
    """How many requests, or calls of a Space, it was seen in."""
    subject: str = ""


@dataclass(frozen=True)
class Traffic:
    requests: int
    errors: int
    limited: int
    wrong_credentials: int
    reasons: Counter[str]


def spaces_that_failed(shown: Range) -> list[Reading]:
    """Return how much of the calls of each Space failed, in percent, where any did."""
    failed = dict(
        counted(MessageCount, shown)
        .filter(reason__in=SPACE_FAILS)
        .exclude(space_id__in=("", PRIVATE, OTHER))
        .values_list("space_id")
        .annotate(total=Sum("count"))
        .order_by("-total", "space_id")[:MAX_SPACES]
    )
    if not failed:
        return []
    calls = dict(
        counted(ToolCount, shown)
        .filter(space_id__in=failed)
        .values_list("space_id")
        .annotate(Sum("count"))
    )
    # What names are told apart is decided anew in each table.
    return [
        Reading(100 * count / of, of, space_id)
        for space_id, count in failed.items()
        if (of := max(count, calls.get(space_id, 0)))
    ]


class Window:
    def __init__(self, now: datetime, minutes: int) -> None:
        self._minutes = minutes
        # As many whole minutes as it says, and the one that is not over.
        start, end = now - timedelta(minutes=minutes), now + timedelta(microseconds=1)
        self._range = between(start, end, now)

    def readings(self, figure: str, reason: str) -> list[Reading]:
        if figure == Figure.SPACE:
            return self.spaces
        if figure == Figure.P95:
            return self.tool_calls
        traffic = self.traffic
        value = {
            Figure.REQUESTS: traffic.requests / self._minutes,
            Figure.ERROR_RATE: 100 * traffic.errors / (traffic.requests or 1),
            Figure.ERRORS: traffic.reasons[reason],
            Figure.LIMITED: traffic.limited,
            Figure.WRONG_CREDENTIALS: traffic.wrong_credentials,
        }[Figure(figure)]
        return [Reading(value, traffic.requests)]

    @cached_property
    def traffic(self) -> Traffic:
        rows = [
            *counted(TrafficCount, self._range)
            .values_list("outcome", "reason", "credential")
            .annotate(Sum("count"))
        ]
        reasons: Counter[str] = Counter()
        for _, reason, _, count in rows:
            reasons[reason] += count
        return Traffic(
            requests=sum(count for *_, count in rows),
            errors=sum(count for outcome, *_, count in rows if outcome in ERRORS),
            limited=sum(count for outcome, *_, count in rows if outcome == Outcome.LIMITED),
            wrong_credentials=sum(
                count
                for _, reason, credential, count in rows
                if credential == REFUSED or reason == Reason.BAD_CREDENTIAL
            ),
            reasons=reasons,
        )

    @cached_property
    def tool_calls(self) -> list[Reading]:
        histogram = dict(
            counted(MethodLatency, self._range)
            .filter(method="tools/call")
            .values_list("bucket")
            .annotate(Sum("count"))
        )
        p95 = percentile(histogram, 0.95)
        return [] if p95 is None else [Reading(p95, sum(histogram.values()))]

    @cached_property
    def spaces(self) -> list[Reading]:
        return spaces_that_failed(self._range)


class Figures:
    """All windows that end at one time."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._windows: dict[int, Window] = {}

    def readings(self, rule: Rule) -> list[Reading]:
        if rule.figure == Figure.OPEN_STREAMS:
            return [Reading(self.open_streams, 0)]
        return self.window(rule.window_minutes).readings(rule.figure, rule.reason)

    def window(self, minutes: int) -> Window:
        if minutes not in self._windows:
            self._windows[minutes] = Window(self._now, minutes)
        return self._windows[minutes]

    @cached_property
    def open_streams(self) -> int:
        rows = OpenStreams.objects.filter(at__gt=self._now - GONE_AFTER)
        total: int = rows.aggregate(total=Sum("count", default=0))["total"]
        return total
