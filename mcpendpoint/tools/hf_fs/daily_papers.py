"""hf://papers/daily: the batches of each day since the first, as folders of years and months."""

import re
from calendar import monthrange
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from mcpendpoint.hub.client import HubClient
from mcpendpoint.hub.papers import MAX_PAGE, list_papers
from mcpendpoint.tools.hf_fs.arguments import Operation
from mcpendpoint.tools.hf_fs.entries import folder
from mcpendpoint.tools.hf_fs.failures import invalid, not_a_file, not_found, unsupported
from mcpendpoint.tools.hf_fs.listing import collect, these
from mcpendpoint.tools.hf_fs.options import Command
from mcpendpoint.tools.hf_fs.paper_entries import paper_entry
from mcpendpoint.tools.hf_fs.provider import Fs, Provider
from mcpendpoint.tools.hf_fs.results import CatResult, Entry, ListResult, StatResult
from mcpendpoint.tools.hf_fs.uri import Uri

FIRST_DAY = date(2023, 5, 4)
LATEST = "latest"
_SORT = "publishedAt"
_NEW_YORK = ZoneInfo("America/New_York")
_BATCH_TURNS = time(21, 30)


def current_day(now: datetime) -> date:
    """Return the day whose batch is being collected: it turns in New York's evening."""
    there = now.astimezone(_NEW_YORK)
    return there.date() + timedelta(days=int(there.time() >= _BATCH_TURNS))


async def latest_day(hub: HubClient) -> date:
    """Return the newest day that has papers: weekends have none, nor a day's first hours."""
    day = current_day(datetime.now(UTC))
    if (await list_papers(hub, sort=_SORT, day=day)).items:
        return day
    newest = (await list_papers(hub, sort=_SORT)).items
    days = [paper.daily_date for paper in newest if paper.daily_date and paper.daily_date < day]
    return max(days, default=day)


def uri_of_day(day: date) -> Uri:
    return Uri("papers", ("daily", f"{day:%Y}", f"{day:%m}", f"{day:%d}"))


@dataclass(frozen=True)
class Period:
    """All days, a year, a month or a day."""

    year: int | None = None
    month: int | None = None
    day: int | None = None

    @property
    def first(self) -> date:
        return date(self.year or 1, self.month or 1, self.day or 1)

    @property
    def last(self) -> date:
        if self.year is None:
            return date.max
        month = self.month or 12
        return date(self.year, month, self.day or monthrange(self.year, month)[1])

    def exists(self, latest: date) -> bool:
        return self.first <= latest and self.last >= FIRST_DAY


def parse_period(parts: tuple[str, ...]) -> Period:
    """Understand YYYY, YYYY/MM and YYYY/MM/DD. Raises Failure."""
    names, numbers = (("year", 4), ("month", 2), ("day", 2)), []
    if len(parts) > len(names):
        raise invalid("invalid Daily Papers date")
    for part, (name, digits) in zip(parts, names, strict=False):
        if not re.fullmatch(rf"[0-9]{{{digits}}}", part) or int(part) == 0:
            raise invalid(f"invalid Daily Papers {name}")
        numbers.append(int(part))
    if len(numbers) > 1 and numbers[1] > 12:
        raise invalid("invalid Daily Papers month")
    if len(numbers) > 2 and numbers[2] > monthrange(numbers[0], numbers[1])[1]:
        raise invalid("invalid Daily Papers date")
    return Period(*numbers)


class DailyPapers(Provider):
    async def ls(self, operation: Operation, fs: Fs) -> ListResult:
        today = current_day(datetime.now(UTC))
        parts = operation.uri.parts[1:]
        if operation.sort is not None:
            raise invalid(
                "dated Daily Papers listings use upstream batch upvote order and do not accept sort"
            )
        if parts == (LATEST,):
            return await self._list_day(operation, fs, await latest_day(fs.hub))
        period = parse_period(parts)
        if period.day is not None:
            _check_day(period.first, today)
            return await self._list_day(operation, fs, period.first)
        if operation.command is Command.FIND:
            raise unsupported("find on Daily Papers must be scoped to a day or daily/latest")
        if operation.recursive:
            raise unsupported(f"recursive ls is not supported on {operation.uri}")
        if not period.exists(today):
            name = "month" if period.month else "year"
            raise not_found(f"Daily Papers {name} does not exist")
        entries = list(_folders(operation.uri, period, today))
        if period.year is None:
            entries.insert(0, _latest_folder(operation.uri, await latest_day(fs.hub)))
        return await collect(operation, these(entries))

    async def find(self, operation: Operation, fs: Fs) -> ListResult:
        return await self.ls(operation, fs)

    async def stat(self, operation: Operation, fs: Fs) -> StatResult:
        uri = operation.uri
        latest = await latest_day(fs.hub) if uri.parts[1:] == (LATEST,) else None
        today = current_day(datetime.now(UTC))
        exists = latest is not None or parse_period(uri.parts[1:]).exists(today)
        return StatResult(
            uri=str(uri),
            exists=exists,
            type="dir" if exists else "missing",
            path=uri.path,
            target_uri=str(uri_of_day(latest)) if latest else None,
            daily_papers_date=latest,
        )

    async def cat(self, operation: Operation, fs: Fs) -> CatResult:
        raise not_a_file(f"{operation.uri} is a directory; list it with ls")

    async def _list_day(self, operation: Operation, fs: Fs, day: date) -> ListResult:
        order = "Daily Papers batch upvotes, then feed placement"
        limit = min(operation.limit, MAX_PAGE)
        papers = _papers_of(day, fs)
        listed = await collect(operation, papers, limit=limit, max_limit=MAX_PAGE)
        return listed.model_copy(update={"order": order})


def _check_day(day: date, today: date) -> None:
    if day < FIRST_DAY:
        raise not_found(f"Daily Papers date predates the archive, which begins at {FIRST_DAY}")
    if day > today:
        raise not_found(
            f"Daily Papers for {day} are not available yet; latest available date is {today}; "
            "use ls hf://papers/daily/latest"
        )


async def _papers_of(day: date, fs: Fs) -> AsyncGenerator[Entry, None]:
    number = 0
    while True:
        page = await list_papers(fs.hub, sort=_SORT, day=day, page=number)
        for paper in page.items:
            yield paper_entry(paper)
        if page.next_url is None:
            return
        number += 1


def _latest_folder(uri: Uri, latest: date) -> Entry:
    target = uri_of_day(latest)
    return folder(uri.child(LATEST), f"The newest batch, {target}.").model_copy(
        update={"target_uri": str(target), "daily_papers_date": latest}
    )


def _folders(uri: Uri, period: Period, today: date) -> Iterator[Entry]:
    first, last = max(period.first, FIRST_DAY), min(period.last, today)
    if period.year is None:
        names = [f"{year:04}" for year in range(first.year, last.year + 1)]
    elif period.month is None:
        names = [f"{month:02}" for month in range(first.month, last.month + 1)]
    else:
        names = [f"{day:02}" for day in range(first.day, last.day + 1)]
    for name in names:
        yield folder(uri.child(name))
