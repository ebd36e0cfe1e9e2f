"""Tells streams when a resource changed that their client subscribed to.

A resource is looked at with the credential of the stream, once for all streams of the same one: at
once when somebody changed it through this server, and every minute or so besides.
"""

import asyncio
import logging
import random
import time
from collections import Counter, deque
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from typing import Any

from accounts.behind import start_task
from accounts.database import changes, lookups
from accounts.preferences import preferences_changed
from mcpendpoint.access.who import owner_of
from mcpendpoint.gradio.uris import uri_there
from mcpendpoint.hub import changes as hub_changes
from mcpendpoint.push.bus import Bus, bus
from mcpendpoint.push.frames import ListenFrames
from mcpendpoint.push.stream import EndedBy, Stream, StreamEvent
from mcpendpoint.push.streams import OpenStreams, open_streams
from mcpendpoint.push.watch import StreamEnds, Watch
from mcpendpoint.serving.resources import subscriptions
from mcpendpoint.serving.resources.fingerprints import subject_at

logger = logging.getLogger(__name__)

HUB_CHANGED = "hub changed"
"""Topic of the bus: what was changed, in the words of hub.changes, and the only user whose streams
that concerns, or nothing."""
SUBSCRIBED = "resource subscribed"
"""Topic of the bus: the number of a session, a URI, and whether it is one more or one less."""

LOOK_EVERY_SECONDS = (60.0, 90.0)
SECONDS_FOR_EACH = 1.0
"""A caller's resources are looked at no faster than this, however many they are."""
SECONDS_FOR_SPACES = 300.0
"""Between two looks at a resource of a Space, which runs a function of it."""
LOOKS_AT_ONCE = 4
MAX_OF_STREAM = subscriptions.MAX_OF_SESSION
MAX_OF_OWNER = subscriptions.MAX_OF_OWNER
MAX_WATCHED = 5_000


class TooManyResources(Exception):
    """`whose` are more than there is room for: "server" or "caller"."""

    def __init__(self, whose: str) -> None:
        super().__init__(whose)
        self.whose = whose


@dataclass(eq=False)
class _Watched:
    watch: Watch
    uri: str
    subject: str | None
    next_look: float = 0.0
    streams: dict[Stream, None] = field(default_factory=dict)
    seen: str | None = None
    news: int = 0
    """How often somebody said that it changed."""
    is_due: bool = False


class WatchedResources:
    """Those of the streams of this process."""

    def __init__(self, streams: OpenStreams, bus: Bus) -> None:
        self._streams = streams
        self._watched: dict[tuple[Hashable, str], _Watched] = {}
        self._by_subject: dict[str, set[_Watched]] = {}
        self._of_owner: Counter[Hashable] = Counter()
        self._of_session: dict[str, set[Stream]] = {}
        self._due: dict[Hashable, deque[_Watched]] = {}
        """By owner, whose turn comes in the order of the keys."""
        self._lookers = 0
        self._ticker: asyncio.Task[None] | None = None
        streams.listen(self.note)
        bus.on(HUB_CHANGED, self._hear_change)
        bus.on(SUBSCRIBED, self._hear_subscription)

    def check_room(self, owner: Hashable, more: int) -> None:
        """Raises TooManyResources."""
        if len(self._watched) + more > MAX_WATCHED:
            raise TooManyResources("server")
        if self._of_owner[owner] + more > MAX_OF_OWNER:
            raise TooManyResources("caller")

    def note(self, stream: Stream, event: StreamEvent) -> None:
        """Watch what a stream that opens is for; a listener of push.streams."""
        match event:
            case StreamEvent.OPENED | StreamEvent.RESUMED:
                if isinstance(stream.frames, ListenFrames):
                    uris = stream.frames.subscription.resources
                    self._add_all(stream, ((uri, "") for uri in uris))
                elif stream.session is not None:
                    self._of_session.setdefault(stream.session, set()).add(stream)
                    start_task(self._load(stream, stream.session))
            case StreamEvent.CLOSED:
                self._forget(stream)

    async def _load(self, stream: Stream, session: str) -> None:
        try:
            known = await lookups.run(subscriptions.of_session, session)
        except Exception as error:
            logger.warning("Subscriptions could not be looked up: %s.", type(error).__name__)
            return
        if stream in self._of_session.get(session, ()):
            self._add_all(stream, known)

    def _add_all(self, stream: Stream, known: Iterable[tuple[str, str]]) -> None:
        """`known` are URIs, and what the client knows to be there, or nothing."""
        try:
            for uri, seen in known:
                self._add(stream, uri, seen)
        except TooManyResources as error:
            logger.info("A stream has resources that are not watched: too many of one %s.", error)

    def _add(self, stream: Stream, uri: str, seen: str) -> None:
        watch = stream.watch
        if watch is None:
            return
        key = (watch.key, uri)
        found = self._watched.get(key)
        if found is None:
            self.check_room(watch.owner, 1)
            found = self._watched[key] = _Watched(watch, uri, subject_at(uri))
            self._of_owner[watch.owner] += 1
            if found.subject is not None:
                self._by_subject.setdefault(found.subject, set()).add(found)
            self._look_soon(found)
        found.streams[stream] = None
        if seen and found.seen not in (None, seen):
            self._streams.tell_of_resource(stream, uri)
        found.seen = found.seen or seen or None
        if self._ticker is None or self._ticker.done():
            self._ticker = start_task(self._tick())

    def _remove(self, found: _Watched, stream: Stream) -> None:
        found.streams.pop(stream, None)
        if found.streams or self._watched.pop((found.watch.key, found.uri), None) is None:
            return
        owner = found.watch.owner
        self._of_owner[owner] -= 1
        if not self._of_owner[owner]:
            del self._of_owner[owner]
        if found.subject is not None and (others := self._by_subject.get(found.subject)):
            others.discard(found)
            if not others:
                del self._by_subject[found.subject]

    def _forget(self, stream: Stream) -> None:
        if stream.session is not None and (streams := self._of_session.get(stream.session)):
            streams.discard(stream)
            if not streams:
                del self._of_session[stream.session]
        watch = stream.watch
        if watch is None or not self._of_owner[watch.owner]:
            return
        for found in [each for each in self._watched.values() if stream in each.streams]:
            self._remove(found, stream)

    def _hear_subscription(self, message: Any) -> None:
        session, uri, is_more = message
        for stream in list(self._of_session.get(session, ())):
            if is_more:
                self._add_all(stream, [(uri, "")])
            elif stream.watch and (found := self._watched.get((stream.watch.key, uri))):
                self._remove(found, stream)

    def _hear_change(self, message: Any) -> None:
        subject, user_id = message
        if user_id is not None:
            # Whoever reads what is told of is to find it: nothing from before is remembered here.
            preferences_changed.send_robust(WatchedResources, user_id=user_id)
        for found in self._by_subject.get(subject, ()):
            if user_id is None or found.watch.owner == owner_of(user_id):
                found.news += 1
                self._look_soon(found)

    async def _tick(self) -> None:
        while self._watched:
            await asyncio.sleep(1)
            now = time.monotonic()
            for found in list(self._watched.values()):
                if now >= found.next_look:
                    self._look_soon(found)

    def _look_soon(self, found: _Watched) -> None:
        least = SECONDS_FOR_SPACES if uri_there(found.uri) else LOOK_EVERY_SECONDS[0]
        pause = max(least, SECONDS_FOR_EACH * self._of_owner[found.watch.owner])
        spread = LOOK_EVERY_SECONDS[1] / LOOK_EVERY_SECONDS[0]
        found.next_look = time.monotonic() + pause * random.uniform(1, spread)  # noqa: S311
        if found.is_due:
            return
        found.is_due = True
        self._due.setdefault(found.watch.owner, deque()).append(found)
        if self._lookers < LOOKS_AT_ONCE:
            self._lookers += 1
            start_task(self._look_at_all())

    async def _look_at_all(self) -> None:
        try:
            while self._due:
                found = self._next_due()
                found.is_due = False
                if found.streams:
                    await self._look_at(found)
        finally:
            self._lookers -= 1

    def _next_due(self) -> _Watched:
        """Take one of the owner whose turn it is: nobody waits for all that another has."""
        owner = next(iter(self._due))
        theirs = self._due.pop(owner)
        found = theirs.popleft()
        if theirs:
            self._due[owner] = theirs
        return found

    async def _look_at(self, found: _Watched) -> None:
        try:
            # In a task of its own: what it asks others counts for this person and for no other.
            seen = await start_task(found.watch.resource(found.uri, found.news))
        except StreamEnds:
            for stream in list(found.streams):
                stream.end(EndedBy.CREDENTIAL)
            return
        except Exception as error:
            logger.warning("A resource could not be looked at: %s.", type(error).__name__)
            return
        if seen is None:
            return
        before, found.seen = found.seen, seen
        if before == seen:
            return
        for stream in list(found.streams) if before else ():
            self._streams.tell_of_resource(stream, found.uri)
        if sessions := {stream.session for stream in found.streams if stream.session}:
            await self._keep(sessions, found.uri, seen)

    async def _keep(self, sessions: set[str], uri: str, seen: str) -> None:
        try:
            await changes.run(subscriptions.note_seen, sessions, uri, seen)
        except Exception as error:
            logger.warning("What a resource was could not be stored: %s.", type(error).__name__)


async def tell_of_change(subject: str, user_id: int | None = None) -> None:
    """Let all processes look again at what is about `subject`, for the streams of one user or of
    everybody.
    """
    await bus.tell(HUB_CHANGED, [subject, user_id])


watched_resources = WatchedResources(open_streams, bus)
hub_changes.listen(tell_of_change)
