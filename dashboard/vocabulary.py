"""Bounds how many names are told apart in an hour: names come from clients, who can make them up.

Callers have shares: however many names strangers invent, those of people who signed in here are
still told apart, and no person takes all of theirs.
"""

from collections import Counter
from dataclasses import dataclass
from typing import NamedTuple

HOUR = 3600


@dataclass(frozen=True)
class Shares:
    """How many names an hour each sort of caller may bring."""

    strangers: int
    tokens: int
    """Of Hugging Face tokens whose owners have no account here; these are free to have."""
    people: int
    person: int
    """Of those of people, for one of them."""


class Caller(NamedTuple):
    user_id: int | None
    has_token: bool


class Vocabulary:
    """The names of one kind that are told apart in the current hour."""

    def __init__(self, shares: Shares) -> None:
        self._shares = shares
        self._hour = 0
        self._names: set[tuple[str, ...]] = set()
        self._brought: Counter[Caller | str] = Counter()

    def admits(self, second: int, caller: Caller, *name: str) -> bool:
        hour = second // HOUR
        if hour > self._hour:
            self._hour = hour
            self._names.clear()
            self._brought.clear()
        if name in self._names:
            return True
        if not self._has_room(caller):
            return False
        self._names.add(name)
        return True

    def _has_room(self, caller: Caller) -> bool:
        if caller.user_id is None:
            sort = "tokens" if caller.has_token else "strangers"
            share = self._shares.tokens if caller.has_token else self._shares.strangers
        else:
            sort, share = "people", self._shares.people
            if self._brought[caller] >= self._shares.person:
                return False
        if self._brought[sort] >= share:
            return False
        self._brought[sort] += 1
        if caller.user_id is not None:
            self._brought[caller] += 1
        return True
