"""A person's newest calls, as the audit log tells of them."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from accounts.audit import Action
from accounts.catalogue import catalogue
from accounts.models import AuditEvent, User
from mcpendpoint.protocol.records import ERRORS, Outcome

READ = 1_000
"""Entries that one page reads, however busy a person's assistants are."""
HOUR = timedelta(hours=1)
WEEK = timedelta(days=7)
MAX_CHANGES = 5

_FAILED = {*map(str, ERRORS), str(Outcome.LIMITED)}


class Source(NamedTuple):
    """Which of somebody's assistants it was: what it showed, and what it calls itself."""

    credential: str
    credential_name: str
    client_name: str


@dataclass(frozen=True)
class Call:
    at: datetime
    tool: str
    outcome: str
    reason: str
    source: Source

    @property
    def went_well(self) -> bool:
        return self.outcome == Outcome.OK

    @property
    def has_failed(self) -> bool:
        return self.outcome in _FAILED


@dataclass(frozen=True)
class LastHour:
    calls: int = 0
    is_cut: bool = False
    """Whether there were more calls than were looked at."""
    errors: Sequence[tuple[str, int]] = ()
    """Why calls failed in words, the most frequent first, and how many did."""

    @property
    def failed(self) -> int:
        return sum(count for _, count in self.errors)


def newest_calls(user: User, now: datetime) -> tuple[list[Call], bool]:
    """Return calls of the last week, newest first, and whether there were more than are read."""
    events = user.audit_events.filter(at__gt=now - WEEK).order_by("-at", "-pk")
    columns = ("action", "at", "tool", "outcome", "reason", "client", "detail")
    rows = list(events.values_list(*columns)[:READ])
    calls = [_call(*row) for action, *row in rows if action == Action.TOOL_CALL]
    return calls, len(rows) == READ


def last_hours(calls: Iterable[Call], now: datetime, *, is_cut: bool) -> dict[Source, LastHour]:
    """Return what became of each assistant's calls since an hour ago."""
    made: Counter[Source] = Counter()
    errors: dict[Source, Counter[tuple[str, str]]] = {}
    oldest = now
    for call in calls:
        oldest = call.at
        if call.at <= now - HOUR:
            break
        made[call.source] += 1
        if call.has_failed:
            errors.setdefault(call.source, Counter())[call.outcome, call.reason] += 1
    reaches_back = oldest <= now - HOUR
    return {
        source: LastHour(count, is_cut and not reaches_back, _in_words(errors.get(source, {})))
        for source, count in made.items()
    }


def changes(calls: Iterable[Call]) -> list[Call]:
    """Return the newest calls, of those that went well, of tools that do more than read."""
    changing = {tool.name for tool in catalogue.tools if not tool.only_reads}
    made = (call for call in calls if call.went_well and call.tool in changing)
    return [call for call, _ in zip(made, range(MAX_CHANGES), strict=False)]


def _call(
    at: datetime, tool: str, outcome: str, reason: str, client: str, detail: dict[str, Any]
) -> Call:
    credential = str(detail.get("credential", ""))
    name = str(detail.get("app" if credential == "oauth" else "key", ""))
    return Call(at, tool, outcome, reason, Source(credential, name, client))


def _in_words(errors: Mapping[tuple[str, str], int]) -> list[tuple[str, int]]:
    words: Counter[str] = Counter()
    for (outcome, reason), count in errors.items():
        choices, word = (AuditEvent.Reason, reason) if reason else (AuditEvent.Outcome, outcome)
        words[str(choices(word).label).lower() if word in choices else word] += count
    return words.most_common()
