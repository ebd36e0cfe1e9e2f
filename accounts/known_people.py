"""What the database says of people, remembered for as long as it is sure to hold."""

import time
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from accounts.caching import SingleFlightCache
from accounts.news import follower
from accounts.preferences import preferences_changed

SHORT_SECONDS = 1.0
"""What another process changed is seen after this time at the latest."""

LONG_SECONDS = 300.0
"""While this process hears of every change."""

MAX_CHANGED = 20_000
"""People whose changes are known apart; after more, nothing from before counts."""

ATTEMPTS = 3

OF_EVERYBODY = -1
"""In place of somebody's id: what no news of one person changes, and all news of everybody does."""


class AboutPerson(Protocol):
    @property
    def user_id(self) -> int:
        """0 for nobody, of whom no news comes; OF_EVERYBODY for what is nobody's own."""


K = TypeVar("K", bound=Hashable)
V = TypeVar("V", bound=AboutPerson)


class _Changes:
    """When something about whom was changed last, as far as this process has heard."""

    def __init__(self) -> None:
        self._of_all = float("-inf")
        self._of_anybody = float("-inf")
        self._of_person: dict[int, float] = {}

    def note(self, sender: Any, user_id: int | None, **kwargs: Any) -> None:
        now = self._of_anybody = time.monotonic()
        if user_id is not None:
            self._of_person[user_id] = now
        if user_id is None or len(self._of_person) > MAX_CHANGED:
            self._of_all = now
            self._of_person.clear()

    def since(self, moment: float, about: AboutPerson) -> bool:
        """Whether this person may have changed by now, or who was nobody become somebody."""
        if self._of_anybody < moment:  # as most of the time, so it is asked first
            return False
        if about.user_id == 0 or self._of_all >= moment:
            return True
        return self._of_person.get(about.user_id, float("-inf")) >= moment


_changes = _Changes()
preferences_changed.connect(_changes.note, dispatch_uid="accounts.known_people")


@dataclass(frozen=True)
class _Known(Generic[V]):
    value: V
    asked_at: float

    def holds(self) -> bool:
        if _changes.since(self.asked_at, self.value):
            return False
        age = time.monotonic() - self.asked_at
        if age < SHORT_SECONDS:
            return True
        is_about_somebody = self.value.user_id != 0
        return (
            age < LONG_SECONDS and is_about_somebody and follower.has_heard_all_since(self.asked_at)
        )


class KnownPeople(Generic[K, V]):
    """Asks once, however many want to know at the same time. What is raised is not kept."""

    def __init__(self, load: Callable[[K], Awaitable[V]], *, max_bytes: int) -> None:
        self._load = load
        self._known: SingleFlightCache[K, _Known[V]] = SingleFlightCache(max_bytes=max_bytes)

    def peek(self, key: K) -> V | None:
        """Return what holds without asking, as most of the time."""
        known = self._known.peek(key)
        return known.value if known is not None and known.holds() else None

    async def get(self, key: K) -> V:
        known = self._known.peek(key)
        for _ in range(ATTEMPTS):
            if known is not None and known.holds():
                break
            # Of those who waited for the same answer, only the first asks again.
            if known is not None and self._known.peek(key) is known:
                self._known.forget(key)
            known = await self._known.get(key, lambda: self._ask(key))
        assert known is not None  # noqa: S101 - there is an attempt
        return known.value

    async def _ask(self, key: K) -> tuple[_Known[V], float]:
        asked_at = time.monotonic()
        return _Known(await self._load(key), asked_at), LONG_SECONDS
