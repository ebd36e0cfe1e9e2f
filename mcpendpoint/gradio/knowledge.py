"""What is known of Spaces, shared by all processes; of public ones, renewed while they are used.

What was seen with a token is shared for its person and that token alone, and nobody looks at it
again but behind a request of theirs.
"""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any, Generic, TypeVar

import orjson
from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone

from accounts.behind import start_task
from accounts.database import UNAVAILABLE, lookups, notes
from accounts.last_use import LastUse
from accounts.outgoing.callers import current_account
from mcpendpoint.gradio import stored_knowledge, stored_private
from mcpendpoint.gradio.breaker import breakers
from mcpendpoint.gradio.discovery import (
    STALE_SECONDS,
    Key,
    SpaceInfo,
    find_space,
    find_tools,
    forget_seen,
    loaded_info,
    loaded_schema,
    look_again,
    read_schema,
    share_with,
)
from mcpendpoint.gradio.errors import SpaceError, SpaceGone, SpaceNotFound
from mcpendpoint.gradio.freshness import Loaded, Told
from mcpendpoint.gradio.in_use import listen
from mcpendpoint.gradio.schema import SpaceSchema
from mcpendpoint.gradio.stored_knowledge import About, Row
from mcpendpoint.gradio.stored_private import Sight
from mcpendpoint.push.bus import bus

logger = logging.getLogger(__name__)

V = TypeVar("V")

POLL_SECONDS = 10.0
MAX_AT_ONCE = 20
MAX_LOOKS = 5

_KINDS: dict[str, type[SpaceError]] = {
    kind.__name__: kind for kind in (SpaceError, SpaceGone, SpaceNotFound)
}


class _Shared(Generic[V]):
    """What other processes know (freshness.Others)."""

    def __init__(self, about: About, restore: Callable[[bytes], Awaitable[Loaded[V]]]) -> None:
        self._about = about
        self._restore = restore

    async def recall(self, key: Key, within_seconds: float) -> Told[V] | None:
        read = self._reader(key)
        if read is None or within_seconds <= 0:
            return None
        within = timedelta(seconds=min(within_seconds, STALE_SECONDS))
        try:
            row = await lookups.run(read, within=within)
            return None if row is None else await self._told(row)
        except UNAVAILABLE:
            return None
        except Exception as error:  # such as what another release has stored
            logger.warning("What is stored of a Space cannot be read: %s.", type(error).__name__)
            return None

    def _reader(self, key: Key) -> Callable[..., Row | None] | None:
        space_id, token_digest = key
        if not token_digest:
            return partial(stored_knowledge.read, space_id, self._about)
        sight = _sight_of(key)
        return None if sight is None else partial(stored_private.read, sight, self._about)

    async def _told(self, row: Row) -> Told[V]:
        return Told(
            await self._restore(row.source) if row.source is not None else None,
            row.age.total_seconds(),
            _failure_of(row.failure) if row.failure else None,
            row.failure_age.total_seconds(),
        )

    def tell(self, key: Key, found: Loaded[V] | SpaceError) -> None:
        space_id, token_digest = key
        with suppress(DatabaseError):  # too much is waiting already
            if token_digest:
                self._tell_its_person(key, found)
            else:
                self._tell_all(space_id, found)

    def _tell_all(self, space_id: str, found: Loaded[V] | SpaceError) -> None:
        at = timezone.now()
        values: dict[str, Any]
        if isinstance(found, SpaceError):
            values = {"failure": _words_of(found), "failed_at": at}
            if isinstance(found, SpaceGone):
                values["source"] = None
        else:
            source = stored_knowledge.compressed(found.source)
            values = {"source": source, "found_at": at, "failure": None, "failed_at": None}
        notes.submit(_store, stored_knowledge.store, space_id, self._about, at, values)

    def _tell_its_person(self, key: Key, found: Loaded[V] | SpaceError) -> None:
        at, sight = timezone.now(), _sight_of(key)
        if sight is None:
            return
        if isinstance(found, SpaceGone):
            start_task(_end(sight))
        elif isinstance(found, SpaceError):
            words = _words_of(found)
            notes.submit(_store, stored_private.store_failure, sight, self._about, at, words)
        else:
            notes.submit(_store, stored_private.store_found, sight, self._about, at, found.source)


def _sight_of(key: Key) -> Sight | None:
    """Return whose this is to have back, None where it is of nobody with an account here."""
    account = current_account()
    return None if account is None else Sight(account, *key)


def _store(store: Callable[..., None], *what: Any) -> None:
    try:
        store(*what)
    except DatabaseError as error:
        logger.warning("What a Space said could not be stored: %s.", type(error).__name__)


def _words_of(error: SpaceError) -> dict[str, Any]:
    return {
        "kind": type(error).__name__,
        "message": str(error),
        "is_retryable": error.is_retryable,
        "retry_after_seconds": error.retry_after_seconds,
        "may_need_token": error.may_need_token,
    }


def _failure_of(words: dict[str, Any]) -> SpaceError:
    words = dict(words)
    kind = _KINDS.get(words.pop("kind"), SpaceError)
    return kind(words.pop("message"), **words)


async def _restore_info(source: bytes) -> Loaded[SpaceInfo]:
    return loaded_info(SpaceInfo(**orjson.loads(source)))


async def _restore_schema(source: bytes) -> Loaded[SpaceSchema]:
    mark, body = source[:1], source[1:]
    return loaded_schema(mark, body, await read_schema(mark, body))


class Refresher:
    """Looks at the Spaces in use before what is known of them is old, one process at a time."""

    def __init__(self) -> None:
        self._task: asyncio.Task[None] | None = None
        self._uses = LastUse(stored_knowledge.note_uses)

    def start(self) -> None:
        """Begin, on the running event loop; does nothing where it has begun."""
        if self._task is None or self._task.done():
            share_with(_Shared(About.INFO, _restore_info), _Shared(About.SCHEMA, _restore_schema))
            listen(self.note_uses)
            self._task = start_task(self._refresh_for_ever())

    def note_uses(self, space_ids: Iterable[str]) -> None:
        """Note that these Spaces were listed: for a day they are looked at then."""
        for space_id in space_ids:
            self._uses.note(space_id.lower())

    async def _refresh_for_ever(self) -> None:
        while settings.SPACE_REFRESH_SECONDS:
            # Not all processes at once.
            await asyncio.sleep(POLL_SECONDS * random.uniform(0.5, 1.5))  # noqa: S311
            try:
                await refresh_due()
            except Exception as error:  # whatever it is, others are still to be looked at
                logger.warning("Spaces cannot be looked at: %s.", type(error).__name__)


async def refresh_due() -> None:
    """Look at those whose turn it is."""
    older_than = timedelta(seconds=settings.SPACE_REFRESH_SECONDS)
    due = await notes.run(stored_knowledge.take_due, older_than, MAX_AT_ONCE)
    slots = asyncio.Semaphore(MAX_LOOKS)

    async def look(space_id: str) -> None:
        async with slots:
            look_again(space_id, None)
            await _renew(space_id)

    await asyncio.gather(*map(look, due))


async def _renew(space_id: str) -> None:
    with suppress(SpaceError):
        found = await find_space(space_id, is_private=False, token=None)
        await find_tools(found.value, None, read_timeout_seconds=None)


async def spread(space_id: str) -> None:
    """Let all processes know now what this one has found out of a Space."""
    await notes.run(_nothing)  # what it has stored is before this, in the same thread
    await bus.tell(SPACE_CHANGED, space_id)


def _nothing() -> None:
    pass


def _hear_of(space_id: str) -> None:
    look_again(space_id, None, others_will_do=True)
    start_task(_renew(space_id))


SPACE_CHANGED = "space changed"
bus.on(SPACE_CHANGED, _hear_of)


async def _end(sight: Sight) -> None:
    """Forget what a token showed of a Space, here and everywhere, if anything is known."""
    with suppress(DatabaseError):  # it is tried again with the next look
        if await notes.run(stored_private.forget, sight):
            await bus.tell(SIGHT_ENDED, [sight.space_id, sight.token_digest])


def _hear_of_end(message: list[str]) -> None:
    space_id, token_digest = message
    forget_seen((space_id, token_digest))


SIGHT_ENDED = "sight of a space ended"
bus.on(SIGHT_ENDED, _hear_of_end)


def _tell_of_rest(space_id: str, rests: int) -> None:
    start_task(bus.tell(SPACE_RESTS, [space_id, rests]))


def _hear_of_rest(message: list[Any]) -> None:
    breakers.take_over(str(message[0]), int(message[1]))


SPACE_RESTS = "space rests"
bus.on(SPACE_RESTS, _hear_of_rest)
breakers.on_change = _tell_of_rest


refresher = Refresher()
"""The one of this process. Where it was not started nothing is shared."""
