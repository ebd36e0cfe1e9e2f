"""Token buckets: how often something may be done, for each key.

What a bucket holds is known in each process, so asking costs microseconds and no I/O. With Redis
the processes tell each other 20 times a second what they gave out: in the long run all of them
together give out what one would. A Redis that fails costs nobody an answer: each process then
counts by itself.
"""

import asyncio
import contextvars
import logging
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from django.conf import settings

if TYPE_CHECKING:
    from accounts.shared_buckets import SharedBuckets

logger = logging.getLogger(__name__)

MAX_BUCKETS = 50_000
"""With keys of some hundred characters at most: 20 MB."""
SHARE_EVERY_SECONDS = 0.05
RETRY_SHARING_SECONDS = 1.0
MINUTE = 60.0
ROUNDING_SECONDS = 1e-6


@dataclass(frozen=True)
class Rate:
    count: int
    """0: as often as one likes."""
    seconds: float = MINUTE

    @property
    def burst(self) -> int:
        """How many may come at once: a quarter of a minute's, and some where those are few.

        What is counted by longer times may come all at once.
        """
        if self.seconds > MINUTE:
            return self.count
        return max(self.count // 4, min(self.count, 10))

    @cached_property
    def seconds_each(self) -> float:
        return self.seconds / self.count

    @cached_property
    def seconds_full(self) -> float:
        """How long an empty bucket takes to fill."""
        return self.burst * self.seconds_each


class Draw(NamedTuple):
    """So many tokens of one bucket."""

    key: str
    rate: Rate
    cost: int = 1


class Buckets:
    """Each bucket is one number: when it will be full again (a generic cell rate algorithm)."""

    def __init__(
        self,
        shared: "SharedBuckets | None" = None,
        clock: Callable[[], float] = time.monotonic,
        max_buckets: int = MAX_BUCKETS,
    ) -> None:
        self._shared = shared
        self._clock = clock
        self._max_buckets = max_buckets
        self._full_at: dict[str, float] = {}
        self._unshared: dict[str, float] = {}
        self._sharing: asyncio.Task[None] | None = None
        self._is_sharing_well = True

    def wait(self, draw: Draw) -> float:
        """Return how many seconds it takes until this could be had; 0 when it can be now."""
        if not draw.rate.count:
            return 0.0
        full_at = self._full_at.get(draw.key)
        if full_at is None:
            return 0.0
        # A bucket that is full gives whatever is wanted, even more than it holds.
        ahead = full_at - self._clock()
        if ahead <= 0:
            return 0.0
        seconds = ahead + draw.cost * draw.rate.seconds_each - draw.rate.seconds_full
        return seconds if seconds > ROUNDING_SECONDS else 0.0

    def take(self, draws: Sequence[Draw]) -> tuple[float, int]:
        """Take all of them or none.

        Return (0, -1), or how many seconds to wait and which draw has to.
        """
        longest, which = 0.0, -1
        for index, draw in enumerate(draws):
            seconds = self.wait(draw)
            if seconds > longest:
                longest, which = seconds, index
        if which < 0:
            for draw in draws:
                self.spend(draw)
        return longest, which

    def spend(self, draw: Draw) -> None:
        """Take tokens even if the bucket is empty: it goes into debt."""
        if not draw.rate.count:
            return
        seconds, now = draw.cost * draw.rate.seconds_each, self._clock()
        # Out and in again: the least recently used comes first.
        full_at = self._full_at.pop(draw.key, now)
        self._full_at[draw.key] = max(full_at, now) + seconds
        if len(self._full_at) > self._max_buckets:
            self._make_room(now)
        if self._shared is not None:
            self._unshared[draw.key] = self._unshared.get(draw.key, 0.0) + seconds
            self._share_soon()

    def __len__(self) -> int:
        return len(self._full_at)

    def _make_room(self, now: float) -> None:
        self._full_at = {key: at for key, at in self._full_at.items() if at > now}
        too_many = len(self._full_at) - self._max_buckets * 9 // 10
        for key in list(self._full_at)[: max(0, too_many)]:
            del self._full_at[key]

    def _share_soon(self) -> None:
        if self._sharing is None or self._sharing.get_loop().is_closed():
            self._sharing = asyncio.get_running_loop().create_task(
                # Not in the context of the request that happens to come first.
                self._share_until_done(),
                context=contextvars.Context(),
            )

    async def _share_until_done(self) -> None:
        try:
            while self._unshared:
                await asyncio.sleep(SHARE_EVERY_SECONDS)
                if not await self._share():
                    await asyncio.sleep(RETRY_SHARING_SECONDS)
        finally:
            self._sharing = None

    async def _share(self) -> bool:
        assert self._shared is not None  # noqa: S101
        spent, self._unshared = self._unshared, {}
        try:
            ahead = await self._shared.spend(spent)
        except Exception as error:
            # What was given out meanwhile is forgotten: by then it has mostly filled up again.
            if self._is_sharing_well:
                logger.warning("Limits count in each process alone: %s.", type(error).__name__)
            self._is_sharing_well = False
            return False
        if not self._is_sharing_well:
            logger.info("Limits are shared between processes again.")
        self._is_sharing_well = True
        now = self._clock()
        for key, seconds in ahead.items():
            self._full_at[key] = now + seconds + self._unshared.get(key, 0.0)
        return True


def _shared() -> "SharedBuckets | None":
    if not settings.REDIS_URL:
        return None
    # Redis's client takes a while to load.
    from accounts.shared_buckets import SharedBuckets

    return SharedBuckets(settings.REDIS_URL)


buckets = Buckets(_shared())
"""Those of this process."""


def retry_after(seconds: float) -> int:
    """Return a `Retry-After` for a wait."""
    return max(1, math.ceil(seconds))
