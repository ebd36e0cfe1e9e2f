"""Fair shares of a connection pool: no caller and no target takes all connections.

A caller may hold no more places than are free, and so may a target. Whoever is alone gets half of
the pool at most; the more are busy, the less each of them gets, and a newcomer finds a place.
"""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from accounts.outgoing.errors import Busy, Share

RETRY_AFTER_SECONDS = 10
MAX_WAITING_PER_CALLER = 500
MAX_WAITING = 5_000


@dataclass(frozen=True)
class Limits:
    total: int
    per_caller: int
    per_target: int | None = None
    """None for a pool of which one target may use as much as there is."""
    wait_seconds: float = 0.0
    """How long to wait for a place."""


Claim = tuple[str, str]
"""A caller and a target."""


class Places:
    """Used by one event loop."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._by_caller: Counter[str] = Counter()
        self._by_target: Counter[str] = Counter()
        self._taken = 0
        self._waiting: dict[Claim, deque[asyncio.Future[None]]] = {}
        """Round robin: a key that got a connection goes to the end."""

    @asynccontextmanager
    async def take(self, caller: str, target: str, *, deadline: float) -> AsyncIterator[None]:
        """Hold a place. Raises Busy when there is none, also after waiting for one.

        Nobody waits beyond `deadline`, a time of the event loop.
        """
        claim = caller, target
        if self._is_short_of(claim) is None:
            self._enter(claim)
        else:
            await self._wait(claim, deadline)
        try:
            yield
        finally:
            self._leave(claim)

    def __len__(self) -> int:
        """Return how many are taken."""
        return self._taken

    @property
    def waiting(self) -> int:
        """How many wait for a place."""
        return sum(map(len, self._waiting.values()))

    def _is_short_of(self, claim: Claim) -> Share | None:
        """Return which share is used up, None when there is a place."""
        caller, target = claim
        free = self._limits.total - self._taken
        if free <= 0:
            return Share.POOL
        if self._by_caller[caller] >= min(self._limits.per_caller, free):
            return Share.CALLER
        per_target = self._limits.per_target
        if per_target is not None and self._by_target[target] >= min(per_target, free):
            return Share.TARGET
        return None

    async def _wait(self, claim: Claim, deadline: float) -> None:
        self._refuse_crowd(claim)
        loop = asyncio.get_running_loop()
        turn: asyncio.Future[None] = loop.create_future()
        self._waiting.setdefault(claim, deque()).append(turn)
        try:
            async with asyncio.timeout_at(min(deadline, loop.time() + self._limits.wait_seconds)):
                await turn
        except BaseException as error:
            if turn.done() and not turn.cancelled():
                self._leave(claim)  # it came just when nobody wanted it any more
            else:
                self._give_up(claim, turn)
            if isinstance(error, TimeoutError):
                raise self._busy(claim) from None
            raise

    def _refuse_crowd(self, claim: Claim) -> None:
        of_caller = sum(len(turns) for (who, _), turns in self._waiting.items() if who == claim[0])
        is_crowd = self.waiting >= MAX_WAITING or of_caller >= MAX_WAITING_PER_CALLER
        if self._limits.wait_seconds <= 0 or is_crowd:
            raise self._busy(claim)

    def _busy(self, claim: Claim) -> Busy:
        return Busy(self._is_short_of(claim) or Share.CALLER, RETRY_AFTER_SECONDS)

    def _give_up(self, claim: Claim, turn: asyncio.Future[None]) -> None:
        turns = self._waiting.get(claim, deque())
        if turn in turns:
            turns.remove(turn)
        if not turns:
            self._waiting.pop(claim, None)

    def _enter(self, claim: Claim) -> None:
        caller, target = claim
        self._taken += 1
        self._by_caller[caller] += 1
        self._by_target[target] += 1

    def _leave(self, claim: Claim) -> None:
        self._taken -= 1
        for counter, name in zip((self._by_caller, self._by_target), claim, strict=True):
            counter[name] -= 1
            if not counter[name]:
                del counter[name]
        self._admit()

    def _admit(self) -> None:
        """Give free connections to waiters in turn, one each."""
        for claim in list(self._waiting):
            if self._taken >= self._limits.total:
                return
            if self._is_short_of(claim) is not None:
                continue
            turns = self._waiting.pop(claim)
            turn = turns.popleft()
            if not turn.done():  # a cancelled waiter may not have been removed yet
                self._enter(claim)
                turn.set_result(None)
            if turns:
                self._waiting[claim] = turns
