"""When the client of this program has another list than it was told, of tools, prompts, resources.

News of the database come at once where there is one; Spaces are looked at every few minutes.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import Any

from accounts.preferences import preferences_changed
from mcpendpoint.protocol.kernel import Peer
from mcpendpoint.protocol.subscriptions import ASKED_BY, TOOLS_CHANGED

logger = logging.getLogger(__name__)

FIRST_LOOK_SECONDS = 5.0
"""After a list was told: a Space that was asleep then may be up."""
LOOK_EVERY_SECONDS = 300.0
COALESCE_SECONDS = 1.0
"""Some clients list again for each notification."""

Look = Callable[[Peer], Awaitable[str | None]]
"""Returns a digest of the list that a client would be told, None when there is none now."""


class ListChanges:
    """Calls `changed` once for each time that the list differs from the last one told."""

    def __init__(self, look: Look, changed: Callable[[], None]) -> None:
        self._look = look
        self._changed = changed
        self._loop = asyncio.get_running_loop()
        self._news = asyncio.Event()
        self._peer: Peer | None = None
        self._known: str | None = None
        self._watching: asyncio.Task[None] | None = None

    async def begin(self, peer: Peer) -> None:
        """Watch from now on, for a client that need not have listed."""
        if self._watching is None:
            self._peer = peer
            await self._look_again()
            self._start()

    def told(self, peer: Peer, digest: str) -> None:
        """Note what the client was told, and watch from now on."""
        self._peer, self._known = peer, digest
        self._start()

    def stop(self) -> None:
        if self._watching is not None:
            preferences_changed.disconnect(self._hear)
            self._watching.cancel()

    def _hear(self, sender: Any, **kwargs: Any) -> None:
        # Of whomever: the list of this one client is soon looked at, and few others are here.
        self._loop.call_soon_threadsafe(self._news.set)

    def _start(self) -> None:
        if self._watching is None:
            preferences_changed.connect(self._hear)
            self._watching = asyncio.create_task(self._watch())

    async def _watch(self) -> None:
        seconds = FIRST_LOOK_SECONDS
        while True:
            await asyncio.sleep(COALESCE_SECONDS)
            try:
                async with asyncio.timeout(seconds):
                    await self._news.wait()
            except TimeoutError:
                seconds = LOOK_EVERY_SECONDS
            self._news.clear()
            await self._look_again()

    async def _look_again(self) -> None:
        try:
            await self._compare()
        except Exception as error:
            logger.warning("A list is not known: %s.", type(error).__name__)

    async def _compare(self) -> None:
        assert self._peer  # noqa: S101 - whoever is watched is known
        peer, before = self._peer, self._known
        digest = await self._look(peer)
        if digest is None or (self._peer, self._known) != (peer, before):
            return
        self._known = digest
        if before not in (None, digest):
            self._changed()


class Lists:
    """All lists of the client, by the notifications that they changed."""

    def __init__(
        self, look: Callable[[str, Peer], Awaitable[str | None]], changed: Callable[[str], None]
    ) -> None:
        self._changes = {
            method: ListChanges(partial(look, method), partial(changed, method))
            for method in ASKED_BY
        }

    async def begin(self, peer: Peer, methods: Iterable[str]) -> None:
        for method in methods:
            await self._changes[method].begin(peer)

    async def told(self, peer: Peer, tools: str) -> None:
        """Watch all from when the client was told its tools, as all are."""
        self._changes[TOOLS_CHANGED].told(peer, tools)
        await self.begin(peer, self._changes.keys() - {TOOLS_CHANGED})

    def stop(self) -> None:
        for changes in self._changes.values():
            changes.stop()
