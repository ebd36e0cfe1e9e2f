"""What a weekly digest says: of everything for operators, for people of what is theirs.

Operators hear of no key by its name, and people of no call but their own. Synchronous.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from functools import cached_property
from operator import itemgetter

from django.db.models import QuerySet, Sum
from django.db.models.functions import Lower

from accounts.models import AccessKey
from accounts.space_models import SelectedSpace
from dashboard.alerts.figures import Reading, spaces_that_failed
from dashboard.alerts.messages import Message
from dashboard.alerts.personal import FAILING_CALLS, FAILING_PERCENT
from dashboard.formats import change, count, milliseconds, share
from dashboard.metrics import tools_shown
from dashboard.models import ToolCount
from dashboard.periods import counted
from dashboard.ranges import Range
from dashboard.reading import read_reasons, read_sums, read_tool_latencies
from dashboard.reading_details import people
from dashboard.reading_lists import TOOLS
from dashboard.shown_lists import reason_in_words

MOST = 10
"""Of each list."""
MOST_TOOLS_LOOKED_AT = 200
LEAST_CALLS = 5
"""Of a tool, so that one slow call makes it no slow tool."""
SOON = timedelta(days=14)


@dataclass(frozen=True)
class Section:
    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Digest:
    start: datetime
    end: datetime
    sections: tuple[Section, ...]

    @property
    def title(self) -> str:
        return f"The week until {self.end:%Y-%m-%d}"

    @property
    def span(self) -> str:
        return f"From {self.start:%Y-%m-%d %H:%M} to {self.end:%Y-%m-%d %H:%M} ({self.end:%Z})"

    def as_message(self, url: str) -> Message:
        told = [
            "\n".join([section.title, *(f"- {line}" for line in section.lines)])
            for section in self.sections
        ]
        return Message(
            type="digest.weekly",
            title=self.title,
            text="\n\n".join([f"{self.span}.", *told]),
            url=url,
            data={
                "from": self.start.isoformat(),
                "until": self.end.isoformat(),
                "sections": [
                    {"title": section.title, "lines": list(section.lines)}
                    for section in self.sections
                ],
            },
        )


class Week:
    """What is told of one week. What is the same for everybody is read once."""

    def __init__(self, shown: Range, now: datetime) -> None:
        self._shown = shown
        self._now = now

    def digest(self, user_id: int | None, zone: tzinfo) -> Digest:
        """Return that of a person, or for None the operators'."""
        sections = self._of_operators if user_id is None else self._of_person(user_id)
        return Digest(
            self._shown.start.astimezone(zone), self._shown.end.astimezone(zone), sections
        )

    @cached_property
    def _of_operators(self) -> tuple[Section, ...]:
        week, now = self._shown, self._now
        return (
            Section("What was asked", tuple(_traffic(week))),
            _section("What went wrong, by reason", _reasons(week), "Nothing."),
            _section(
                "Spaces that failed, calls with wrong arguments apart",
                _spaces(self._failed),
                "None.",
            ),
            _section("Slowest tools: 19 of 20 calls were faster", _slow(week), "None was used."),
            _section("Access keys", _keys_that_end(now), "None ends within 14 days."),
        )

    def _of_person(self, user_id: int) -> tuple[Section, ...]:
        assistants = _assistants(user_id, self._shown)
        spaces = _own_spaces(user_id, self._failed)
        keys = _own_keys(user_id, self._now)
        return (
            _section("Your assistants", assistants, "None of them asked for anything."),
            _section("Your Spaces", spaces, "None failed often."),
            _section("Your access keys", keys, "None ends within 14 days."),
        )

    @cached_property
    def _failed(self) -> list[Reading]:
        return spaces_that_failed(self._shown)


def _section(title: str, lines: list[str], otherwise: str) -> Section:
    return Section(title, tuple(lines) or (otherwise,))


def _traffic(week: Range) -> list[str]:
    this, last = read_sums(week), read_sums(week.before)
    figures = (
        ("Requests", this.requests, last.requests),
        ("Calls of tools", this.tool_calls, last.tool_calls),
        ("Errors", this.errors, last.errors),
        ("People", _people(week), _people(week.before)),
    )
    return [_compared(f"{what}: {count(now)}", now, before) for what, now, before in figures]


def _people(week: Range) -> int:
    return people(week).values("user_id").distinct().count()


def _reasons(week: Range) -> list[str]:
    before = dict(read_reasons(week.before))
    return [
        _compared(f"{reason_in_words(reason)}: {count(times)}", times, before.get(reason, 0))
        for reason, times in read_reasons(week)[:MOST]
    ]


def _compared(told: str, now: int, before: int) -> str:
    if not before:
        return f"{told} (the week before: none)" if now else told
    return f"{told} ({change(now, before)})"


def _spaces(failed: list[Reading]) -> list[str]:
    return [
        f"{each.subject}: {share(each.value / 100)} of {count(each.of)} calls failed"
        for each in failed[:MOST]
    ]


def _slow(week: Range) -> list[str]:
    rows, _ = TOOLS.biggest(counted(ToolCount, week), MOST_TOOLS_LOOKED_AT)
    used = [row for row in rows if row.messages >= LEAST_CALLS]
    shown = tools_shown(used, read_tool_latencies(week, {row.name for row in used}))
    timed = [(tool.p95_ms, tool) for tool in shown if tool.p95_ms is not None]
    slowest = sorted(timed, key=itemgetter(0), reverse=True)[:MOST]
    return [
        f"{tool.tool}{f' of {tool.space_id}' if tool.space_id else ''}: {milliseconds(p95)}"
        for p95, tool in slowest
    ]


def _keys_that_end(now: datetime) -> list[str]:
    number = _ending(now).count()
    return [f"People’s keys that end within 14 days: {count(number)}"] if number else []


def _ending(now: datetime) -> QuerySet[AccessKey]:
    return AccessKey.objects.filter(expires_at__gt=now, expires_at__lte=now + SOON)


def _assistants(user_id: int, week: Range) -> list[str]:
    clients = (
        people(week, user_id=user_id)
        .values_list("client_name")
        .annotate(total=Sum("count"), calls=Sum("tool_calls"), failed=Sum("errors"))
        .order_by("-total", "client_name")
    )
    return [
        f"{name or 'Unnamed'}: requests {count(total)}, calls of tools {count(calls)}, "
        f"failed {count(failed)}"
        for name, total, calls, failed in clients[:MOST]
    ]


def _own_spaces(user_id: int, failed: list[Reading]) -> list[str]:
    """As with alerts: that most calls failed, never of whose."""
    failing = {
        each.subject.lower()
        for each in failed
        if each.value > FAILING_PERCENT and each.of >= FAILING_CALLS
    }
    selected = SelectedSpace.objects.annotate(lower=Lower("space_id")).filter(
        user_id=user_id, is_active=True, is_private=False, lower__in=failing
    )
    names = selected.order_by("lower").values_list("space_id", flat=True)
    return [f"Most calls of {space_id} failed." for space_id in names]


def _own_keys(user_id: int, now: datetime) -> list[str]:
    keys = _ending(now).filter(user_id=user_id).order_by("expires_at", "pk")
    return [f"“{key.name}” ends at {key.expires_at:%Y-%m-%d %H:%M} UTC." for key in keys[:MOST]]
