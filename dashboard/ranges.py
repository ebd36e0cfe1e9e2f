"""The ranges of time that the dashboard shows, and the steps that counts are kept in. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import NamedTuple
from urllib.parse import urlencode

MINUTE = 60
TEN_MINUTES = 600
HOUR = 3600
DAY = 86_400
LONG = 32 * DAY
"""As many as may add up to a month, so that a year is a dozen."""
STEPS = (MINUTE, TEN_MINUTES, HOUR, DAY, LONG)
"""Days are UTC's, so that everybody's can share one row; whoever lives elsewhere has theirs made of
hours."""

MINUTES_KEPT = timedelta(days=2)
TEN_MINUTES_KEPT = timedelta(days=14)
LONGEST = timedelta(days=366)

# How many points a chart has at most, by its step.
_FITS = ((MINUTE, timedelta(hours=3)), (TEN_MINUTES, timedelta(days=2)), (HOUR, timedelta(days=10)))


class Span(NamedTuple):
    """Some periods of one step: from the first one's start up to the end of the last."""

    step_seconds: int
    start: datetime
    end: datetime


@dataclass(frozen=True)
class Range:
    """From `start` up to `end`, in steps. Both are where a step begins."""

    name: str
    """As in `?range=`; "" for one of the reader's own."""
    title: str
    """As it stands in a sentence: "the last hour", "yesterday"."""
    start: datetime
    end: datetime
    step_seconds: int
    query: str
    """As in an address."""
    lasts: bool
    """Whether it ends now, and so goes on."""

    @property
    def periods(self) -> list[datetime]:
        """The start of each step."""
        step = timedelta(seconds=self.step_seconds)
        return [self.start + step * i for i in range((self.end - self.start) // step)]

    @property
    def before(self) -> "Range":
        """As much time, right before it."""
        start = self.start - (self.end - self.start)
        return replace(self, start=start, end=self.start, lasts=False)

    @property
    def spans(self) -> list[Span]:
        """The range in the coarsest steps that it can be put together from.

        One that lasts ends with a step that is not over: nothing comes after now.
        """
        steps = [step for step in STEPS if step >= self.step_seconds]
        return list(_cover(self.start, self.end, steps, self.lasts))


def _cover(start: datetime, end: datetime, steps: Sequence[int], lasts: bool) -> Iterator[Span]:
    if start >= end:
        return
    *finer, coarsest = steps
    if not finer:
        yield Span(coarsest, start, end)
        return
    first = ceiling(start, coarsest)
    last = ceiling(end, coarsest) if lasts else floor(end.timestamp(), coarsest)
    if first >= last:
        yield from _cover(start, end, finer, lasts)
        return
    yield from _cover(start, first, finer, False)
    yield Span(coarsest, first, last)
    yield from _cover(last, end, finer, lasts)


@dataclass(frozen=True)
class Rolling:
    """A range that ends now."""

    name: str
    title: str
    step_seconds: int
    points: int

    def at(self, now: datetime) -> Range:
        step = timedelta(seconds=self.step_seconds)
        end = floor(now.timestamp(), self.step_seconds) + step
        return Range(
            name=self.name,
            title=f"the last {self.title}",
            start=end - step * self.points,
            end=end,
            step_seconds=self.step_seconds,
            query=urlencode({"range": self.name}),
            lasts=True,
        )


RANGES = {
    each.name: each
    for each in (
        Rolling("15m", "15 minutes", MINUTE, 15),
        Rolling("1h", "hour", MINUTE, 60),
        Rolling("24h", "24 hours", TEN_MINUTES, 144),
        Rolling("7d", "7 days", HOUR, 168),
        Rolling("30d", "30 days", DAY, 30),
        Rolling("1y", "year", DAY, 365),
    )
}
DEFAULT_RANGE = RANGES["1h"]


def of_day(day: date, zone: tzinfo, now: datetime) -> Range:
    """Return a day as the reader's clock has it."""
    start = datetime.combine(day, time(), zone)
    end = datetime.combine(day + timedelta(days=1), time(), zone)
    today = now.astimezone(zone).date()
    known = {today: "today", today - timedelta(days=1): "yesterday"}
    return between(
        start, end, now, title=known.get(day, f"on {day.isoformat()}"), query={"day": str(day)}
    )


def between(
    start: datetime,
    end: datetime,
    now: datetime,
    *,
    title: str = "the chosen time",
    query: dict[str, str] | None = None,
) -> Range:
    """Return a range with the finest step that is kept for so long and makes a readable chart."""
    step = _step_for(start, end, now)
    first, last = floor(start.timestamp(), step), ceiling(end, step)
    asked = query or {"from": _written(first), "to": _written(last)}
    return Range(
        name="",
        title=title,
        start=first,
        end=last,
        step_seconds=step,
        query=urlencode(asked),
        lasts=first <= now < last,
    )


def _step_for(start: datetime, end: datetime, now: datetime) -> int:
    age = now - start
    for step, longest in _FITS:
        kept = {MINUTE: MINUTES_KEPT, TEN_MINUTES: TEN_MINUTES_KEPT}.get(step, timedelta.max)
        if end - start <= longest and age < kept:
            return step
    return DAY


def _written(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def floor(timestamp: float, step_seconds: int) -> datetime:
    """Return the start of the step of a timestamp (seconds since the epoch)."""
    return datetime.fromtimestamp(timestamp // step_seconds * step_seconds, UTC)


def ceiling(at: datetime, step_seconds: int) -> datetime:
    """Return the start of the first step that begins at that time or after it."""
    return datetime.fromtimestamp(-(-at.timestamp() // step_seconds) * step_seconds, UTC)
