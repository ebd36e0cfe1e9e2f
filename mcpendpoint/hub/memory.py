"""What the Hub told a caller, for as long as it holds; what many want to know is asked once."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from accounts.outgoing.callers import current_caller
from mcpendpoint.hub.answers import AnswerStore, Key, Known
from mcpendpoint.hub.changes import Changes
from mcpendpoint.hub.errors import (
    HubBadAnswer,
    HubBusy,
    HubError,
    HubForbidden,
    HubNotFound,
    HubNotSignedIn,
    HubRateLimited,
    HubTokenRefused,
)
from mcpendpoint.hub.flights import Flights

T = TypeVar("T")

ERROR_SECONDS = 5.0


@dataclass(frozen=True)
class Loaded(Generic[T]):
    value: T
    size_bytes: int
    """How much memory it takes, at most."""
    etag: str = ""


Load = Callable[[Known | None], Awaitable[Loaded[T] | None]]
"""Asks the Hub, given what is known but stale; None says that it still holds."""

_answers = AnswerStore()
_flights: Flights[Key, Any] = Flights()
_changes = Changes()


def forget_answers() -> None:
    """Drop all that is remembered, of every caller."""
    _answers.clear()
    _flights.clear()


class Memory:
    """Of the caller whose token has that digest; "" is nobody.

    `changes` is how many changes of that person other processes have told of.
    """

    def __init__(self, digest: str, changes: int | str) -> None:
        self._digest = digest
        self._changes = changes

    def apart(self, word: str) -> "Memory":
        return Memory(self._digest, f"{self._changes} {word}")

    def note_change(self) -> None:
        """Invalidate everything cached for this caller."""
        _changes.note(self._digest)

    async def recall(self, form: str, url: str, load: Load[T], *, seconds: float) -> T:
        """Return what is known, or load it. `form` says what is made of the URL's answer."""
        changes = f"{self._changes}+{_changes.latest(self._digest)}"
        key = (self._digest, changes, form, url)
        known = _answers.fresh(key)
        if known is not None:
            return cast(T, known.take())  # the form is part of the key
        # Each caller waits for their own: another's may be waiting for their share of the pool.
        flight = (*key, current_caller())
        return cast(T, await _flights.join(flight, lambda: _load(key, load, seconds)))


async def _load(key: Key, load: Load[T], seconds: float) -> T:
    stale = _answers.stale(key)
    try:
        loaded = await load(stale)
    except HubError as error:
        _answers.keep_failure(key, error, seconds=_seconds_to_keep(error))
        raise
    if loaded is None:
        if stale is None:
            raise HubBadAnswer("The Hub says that nothing changed since we never asked.")
        _answers.renew(key, stale, seconds=seconds)
        return cast(T, stale.take())
    _answers.keep(
        key, loaded.value, seconds=seconds, size_bytes=loaded.size_bytes, etag=loaded.etag
    )
    return loaded.value


def _seconds_to_keep(error: HubError) -> float:
    """Return how long not to ask again: short, since people fix what is wrong and try again."""
    if isinstance(error, HubBusy):
        return 0  # of one caller; others are told the answer
    if isinstance(error, HubRateLimited):
        return min(float(error.retry_after_seconds or 1), ERROR_SECONDS)
    lasting = (HubNotFound, HubNotSignedIn, HubTokenRefused, HubForbidden)
    return ERROR_SECONDS if isinstance(error, lasting) else 0
