"""Which range of time a page is asked for, and in whose time zone. Pure but for the request."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

from django.http import HttpRequest

from accounts.zones import zone_of
from dashboard.ranges import DEFAULT_RANGE, LONGEST, RANGES, Range, Rolling, between, of_day

EARLIEST = datetime(2024, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Asked:
    range: Range
    problem: str
    """What is wrong with what was asked for, "" if nothing is: then the default is shown."""


def asked_range(request: HttpRequest, now: datetime) -> Asked:
    """Read `?range=`, `?day=`, or `?from=` with `?to=` (ISO 8601; without an offset, theirs)."""
    get, zone = request.GET, zone_of(request)
    try:
        if day := get.get("day"):
            return Asked(_day(day, zone, now), "")
        if get.get("from") or get.get("to"):
            start, end = _moment(get.get("from", ""), zone), _moment(get.get("to", ""), zone)
            return Asked(_between(start, end, now), "")
        return Asked(_named(get.get("range") or DEFAULT_RANGE.name).at(now), "")
    except ValueError as error:
        return Asked(DEFAULT_RANGE.at(now), str(error))


def _named(name: str) -> Rolling:
    found = RANGES.get(name)
    if found is None:
        raise ValueError(f"There is no range “{name[:40]}”.")
    return found


def _day(text: str, zone: tzinfo, now: datetime) -> Range:
    today = now.astimezone(zone).date()
    words = {"today": today, "yesterday": today - timedelta(days=1)}
    try:
        day = words.get(text) or date.fromisoformat(text)
    except ValueError:
        raise ValueError("Write the day as 2026-11-29.") from None
    if not EARLIEST.date() <= day <= today:
        raise ValueError(f"There are no numbers of {day}.")
    return of_day(day, zone, now)


def _moment(text: str, zone: tzinfo) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("Write times as 2026-11-29T14:30.") from None
    return at if at.tzinfo else at.replace(tzinfo=zone)


def _between(start: datetime, end: datetime, now: datetime) -> Range:
    if not EARLIEST <= start < end:
        raise ValueError("The time has to end after it begins.")
    if start > now:
        raise ValueError("That is still to come.")
    if end - start > LONGEST:
        raise ValueError("A year is the longest time.")
    return between(start, min(end, now + timedelta(minutes=1)), now)
