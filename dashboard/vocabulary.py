"""Bounds how many names are told apart: names come from clients, who can make them up.

Callers have shares: however many names strangers invent, those of people who signed in here are
still told apart, and no person and no network takes all of theirs. What was told apart once stays
so for as long as it is in use, so that no flood of names hides a client that was there before.
"""

from collections import Counter
from dataclasses import dataclass
from typing import NamedTuple

MINUTE = 60
HOUR = 3600
KEPT_UNUSED_SECONDS = 24 * HOUR
MAX_NAMES = 20_000


@dataclass(frozen=True)
class Shares:
    """How many names each sort of caller may bring."""

    strangers: int
    tokens: int
    """Of Hugging Face tokens whose owners have no account here; these are free to have."""
    people: int
    one: int
    """Of these, for one person, or for one network of strangers."""


class Caller(NamedTuple):
    user_id: int | None
    has_token: bool
    network: int
    """Tells the networks of strangers apart."""


class Budget:
    """How much may be used up within one period."""

    def __init__(self, shares: Shares, seconds: int) -> None:
        self._shares = shares
        self._seconds = seconds
        self._period = 0
        self._used: Counter[object] = Counter()

    def has_room(self, second: int, caller: Caller) -> bool:
        if second // self._seconds > self._period:
            self._period = second // self._seconds
            self._used.clear()
        sort = _sort_of(caller)
        most: int = getattr(self._shares, sort)
        return self._used[sort] < most and self._used[_one(caller)] < self._shares.one

    def use(self, caller: Caller) -> None:
        self._used[_sort_of(caller)] += 1
        self._used[_one(caller)] += 1


class Vocabulary:
    """The names of one kind that are told apart. `pace` is shared by several kinds."""

    def __init__(self, shares: Shares, pace: Budget | None = None) -> None:
        self._budgets = [Budget(shares, HOUR), *([pace] if pace else [])]
        self._used_at: dict[tuple[str, ...], int] = {}

    def admits(self, second: int, caller: Caller, *name: str) -> bool:
        if name in self._used_at:
            self._used_at[name] = second
            return True
        if not all(budget.has_room(second, caller) for budget in self._budgets):
            return False
        if len(self._used_at) >= MAX_NAMES:
            self._forget_unused(second)
            if len(self._used_at) >= MAX_NAMES:
                return False
        for budget in self._budgets:
            budget.use(caller)
        self._used_at[name] = second
        return True

    def _forget_unused(self, second: int) -> None:
        since = second - KEPT_UNUSED_SECONDS
        self._used_at = {name: at for name, at in self._used_at.items() if at > since}


def _sort_of(caller: Caller) -> str:
    if caller.user_id is not None:
        return "people"
    return "tokens" if caller.has_token else "strangers"


def _one(caller: Caller) -> object:
    return caller.network if caller.user_id is None else caller.user_id
