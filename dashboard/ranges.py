"""The ranges of time that the dashboard shows, and the steps that counts are kept in. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

MINUTE = 60
TEN_MINUTES = 600
HOUR = 3600
STEPS = (MINUTE, TEN_MINUTES, HOUR)


@dataclass(frozen=True)
class Range:
    name: str
    """As in `?range=`."""
    title: str
    """After "the last"."""
    step_seconds: int
    points: int

    def periods(self, now: datetime) -> list[datetime]:
        """Return the start of each step, the one that `now` is in last."""
        last = floor(now.timestamp(), self.step_seconds)
        step = timedelta(seconds=self.step_seconds)
        return [last - step * back for back in range(self.points - 1, -1, -1)]


RANGES = {
    each.name: each
    for each in (
        Range("15m", "15 minutes", MINUTE, 15),
        Range("1h", "hour", MINUTE, 60),
        Range("24h", "24 hours", TEN_MINUTES, 144),
        Range("7d", "7 days", HOUR, 168),
    )
}
DEFAULT_RANGE = RANGES["1h"]


def floor(timestamp: float, step_seconds: int) -> datetime:
    """Return the start of the step of a timestamp (seconds since the epoch)."""
    return datetime.fromtimestamp(timestamp // step_seconds * step_seconds, UTC)
