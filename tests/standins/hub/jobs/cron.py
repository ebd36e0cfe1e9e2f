"""When a schedule is due next: @daily and the like, or five fields of cron."""

from datetime import datetime, timedelta

NAMED = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
BOUNDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
HORIZON = timedelta(days=4 * 366)


class BadScheduleError(ValueError):
    pass


def next_run(schedule: str, after: datetime) -> datetime | None:
    """Return the next minute that fits, None when there is none in four years."""
    minutes, hours, days, months, weekdays = _fields(schedule)
    day = after.replace(hour=0, minute=0, second=0, microsecond=0)
    while day < after + HORIZON:
        if day.month in months and day.day in days and day.isoweekday() % 7 in weekdays:
            for hour in sorted(hours):
                for minute in sorted(minutes):
                    moment = day.replace(hour=hour, minute=minute)
                    if moment > after:
                        return moment
        day += timedelta(days=1)
    return None


def _fields(schedule: str) -> list[set[int]]:
    texts = NAMED.get(schedule, schedule).split()
    if len(texts) != len(BOUNDS):
        raise BadScheduleError("five fields, or one of " + ", ".join(NAMED))
    fields = [_field(text, *bounds) for text, bounds in zip(texts, BOUNDS, strict=True)]
    fields[4] = {weekday % 7 for weekday in fields[4]}  # Sunday is 0 and 7
    return fields


def _field(text: str, low: int, high: int) -> set[int]:
    numbers: set[int] = set()
    for part in text.split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        if span == "*":
            first, last = str(low), str(high)
        elif not last:
            last = str(high) if step else first
        if not all(number.isdecimal() for number in (first, last, step or "1")):
            raise BadScheduleError(f"{part} is no number")
        start, end, stride = int(first), int(last), int(step or "1")
        if not (low <= start <= end <= high and stride):
            raise BadScheduleError(f"{part} is not between {low} and {high}")
        numbers |= set(range(start, end + 1, stride))
    return numbers
