"""Leaves a Space alone that fails again and again: its callers are told at once what they would
have waited for, and it has time to recover.

Each process counts for itself and tells the others, on the bus, when it stops calling a Space and
when it begins again. After a while one call is let through, and decides.
"""

import logging
import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from accounts.caching import BoundedCache, approximate_bytes
from mcpendpoint.gradio.errors import SpaceDown, SpaceError

logger = logging.getLogger(__name__)

FAILURES = 5
"""In a row, and each within a minute of the one before."""
MEMORY_SECONDS = 60.0
FIRST_REST_SECONDS = 30.0
LONGEST_REST_SECONDS = 300.0
MAX_BYTES = 2_000_000


@dataclass(frozen=True)
class _State:
    failures: int = 0
    failed_at: float = 0.0
    rests: int = 0
    """How often in a row the Space was left alone."""
    rests_until: float = 0.0
    is_on_trial: bool = False


class Breakers:
    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._states: BoundedCache[str, _State] = BoundedCache(max_bytes=MAX_BYTES)
        self.on_change: Callable[[str, int], None] = _ignore
        """Gets a Space's id and how often in a row it is left alone now, 0 for no more."""

    @contextmanager
    def guard(self, space_id: str) -> Iterator[None]:
        """Let a call through, and learn of how it ends. Raises SpaceError."""
        key = space_id.lower()
        self._enter(key, space_id)
        try:
            yield
        except SpaceDown:
            self._fail(key)
            raise
        except BaseException:
            self._end_trial(key)  # which says nothing about the Space
            raise
        else:
            self._work(key)

    def rest_of(self, space_id: str) -> SpaceError | None:
        """Return why a Space is not called now, if it is not."""
        state = self._states.get(space_id.lower())
        if state is None or not state.rests:
            return None
        wait = math.ceil(state.rests_until - self._clock())
        if wait <= 0 and not state.is_on_trial:
            return None
        return SpaceError(
            f"The Space {space_id} has not answered {state.failures} times in a row, so it is left "
            "alone for a moment.",
            is_retryable=True,
            retry_after_seconds=max(wait, 5),
        )

    def take_over(self, key: str, rests: int) -> None:
        """Take note of what another process has found out, or this one has told itself."""
        state = self._state(key)
        if not rests:
            self._states.pop(key)
        elif rests > state.rests:
            self._rest(key, state, rests)

    def forget(self) -> None:
        self._states.clear()

    def _enter(self, key: str, space_id: str) -> None:
        if self._states.get(key) is None:
            return
        if rest := self.rest_of(space_id):
            raise rest
        state = self._state(key)
        if state.rests:
            self._keep(key, replace(state, is_on_trial=True))

    def _fail(self, key: str) -> None:
        state, now = self._state(key), self._clock()
        if not state.rests and now - state.failed_at > MEMORY_SECONDS:
            state = _State()
        state = replace(state, failures=state.failures + 1, failed_at=now)
        if state.failures < FAILURES or (state.rests and not state.is_on_trial):
            self._keep(key, state)
            return
        self._rest(key, state, state.rests + 1)
        logger.warning("A Space has failed %d times in a row, and is left alone.", state.failures)
        self.on_change(key, state.rests + 1)

    def _rest(self, key: str, state: _State, rests: int) -> None:
        seconds = min(FIRST_REST_SECONDS * 2.0 ** (min(rests, 10) - 1), LONGEST_REST_SECONDS)
        failures = max(state.failures, FAILURES)
        until = self._clock() + seconds
        self._keep(
            key,
            replace(state, failures=failures, rests=rests, rests_until=until, is_on_trial=False),
        )

    def _work(self, key: str) -> None:
        state = self._states.get(key)
        if state is not None:
            self._states.pop(key)
            if state.rests:
                self.on_change(key, 0)

    def _end_trial(self, key: str) -> None:
        state = self._states.get(key)
        if state is not None and state.is_on_trial:
            self._keep(key, replace(state, is_on_trial=False))

    def _state(self, key: str) -> _State:
        return self._states.get(key) or _State()

    def _keep(self, key: str, state: _State) -> None:
        self._states.put(key, state, size_bytes=approximate_bytes(key) + approximate_bytes(state))


def _ignore(*_: Any) -> None:
    pass


breakers = Breakers()
"""Those of this process."""
