"""A paper as the Hub knows it, and the days of the Daily Papers. Plain values, no HTTP."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

FIRST_DAY = date(2023, 5, 4)
NEW_YORK = ZoneInfo("America/New_York")
BATCH_TURNS = time(21, 30)


def batch_day(now: datetime) -> date:
    """Return the day whose batch is collected at that moment: it turns in New York's evening."""
    there = now.astimezone(NEW_YORK)
    return there.date() + timedelta(days=int(there.time() >= BATCH_TURNS))


@dataclass(frozen=True)
class Author:
    name: str
    username: str | None = None  # of the account that claimed the paper
    is_hidden: bool = False


@dataclass(frozen=True)
class Submission:
    """To the Daily Papers: on a day, or so many days before the current batch."""

    day: date | int
    submitter: str

    def day_at(self, now: datetime) -> date:
        if isinstance(self.day, int):
            return batch_day(now) - timedelta(days=self.day)
        return self.day


@dataclass(frozen=True)
class Paper:
    id: str
    title: str
    summary: str
    authors: tuple[Author, ...]
    published: date | None = None  # None: the day before it was submitted
    submission: Submission | None = None
    upvotes: int = 0
    comments: int = 0
    trending_score: int = 0
    ai_summary: str | None = None
    ai_keywords: tuple[str, ...] = ()
    organization: str | None = None
    project_page: str | None = None
    github_repo: str | None = None
    github_stars: int | None = None
    text: str | None = None  # the whole paper as markdown

    def submitted_at(self, now: datetime) -> datetime | None:
        """Return a time of that day, another one for each paper."""
        if self.submission is None:
            return None
        seconds = int(self.id.replace(".", "")) * 7919 % 80_000
        midnight = datetime.combine(self.submission.day_at(now), time(), UTC)
        return midnight + timedelta(seconds=seconds)

    def published_at(self, now: datetime) -> datetime:
        if self.published is not None:
            return datetime.combine(self.published, time(17, 32, 5), UTC)
        submitted = self.submitted_at(now)
        assert submitted is not None, "a paper that was not submitted has a date of its own"
        return submitted - timedelta(days=1)
