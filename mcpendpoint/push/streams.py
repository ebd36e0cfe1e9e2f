"""The streams that are open in this process: who is told what, and when one ends.

Streams of the same credential at the same URL have the same list of tools, so they are one group,
whose list is looked at once for all: when news of its person comes, and every minute or so besides.
A stream is one task that waits in `receive()`, and nothing of it runs while nothing happens.
"""

import asyncio
import logging
import random
import time
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from accounts import credentials, known_people  # noqa: F401 - they forget before a stream looks
from accounts.behind import start_task
from accounts.preferences import preferences_changed
from mcpendpoint.protocol.sessions import Session
from mcpendpoint.protocol.subscriptions import TOOLS_CHANGED
from mcpendpoint.push.frames import Frames, SseFrames
from mcpendpoint.push.stream import MAX_DUE_BYTES, EndedBy, Origin, Send, Stream, StreamEvent
from mcpendpoint.push.watch import Seen, StreamEnds, Watch

logger = logging.getLogger(__name__)

KEEP_ALIVE_SECONDS = 15
LOOK_EVERY_SECONDS = (45.0, 75.0)
"""At what no news comes of: Spaces, and tokens that Hugging Face took back."""
COALESCE_SECONDS = 1.0
"""Between two looks at a group: some clients list again for each notification."""
LOOKS_AT_ONCE = 8
SLICE = 200
"""So many streams are written to in one go: calls are answered in between."""
END_SECONDS = 5.0
"""The streams of a server that stops end within this time, so that not all come back at once."""

STREAMS_OF_SESSION = 3
"""Some clients open more than one; over this, the oldest ends. To end it at the second would make
both come back for ever, each in place of the other."""

Receive = Callable[[], Awaitable[dict[str, Any]]]
Listener = Callable[[Stream, StreamEvent], None]


class TooManyStreams(Exception):
    """`whose` are more than MCP_MAX_STREAMS…: "server" or "caller"."""

    def __init__(self, whose: str) -> None:
        super().__init__(whose)
        self.whose = whose


@dataclass(eq=False)
class _Group:
    watch: Watch
    seen: Seen
    next_look: float
    streams: dict[Stream, None] = field(default_factory=dict)
    looked_at: float = float("-inf")
    """For news: by time.monotonic()."""
    waits_in: set["_Lane"] = field(default_factory=set)


@dataclass(eq=False)
class _Lane:
    """Groups to look at, by few at a time. What is due anyhow is never before what news came of."""

    groups: deque[_Group] = field(default_factory=deque)
    lookers: int = 0


class OpenStreams:
    """Those of this process."""

    def __init__(self) -> None:
        self._groups: dict[Hashable, _Group] = {}
        self._of_person: dict[int, set[_Group]] = {}
        self._of_owner: dict[Hashable, int] = {}
        self._of_session: dict[str, list[Stream]] = {}
        self._beats: list[dict[Stream, None]] = [{} for _ in range(KEEP_ALIVE_SECONDS)]
        self._for_news = _Lane()
        self._unasked = _Lane()
        self._ticker: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._listeners: list[Listener] = []
        self._at_beats: list[Callable[[Stream], None]] = []
        self._is_ending = False
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def seen_by(self, watch: Watch) -> Seen | None:
        """Return what the last look found, where such streams are open."""
        group = self._groups.get(watch.key)
        return group.seen if group else None

    def listen(self, listener: Listener) -> None:
        """Let `listener` know what becomes of each stream; it must only take note."""
        self._listeners.append(listener)

    def at_each_beat(self, listener: Callable[[Stream], None]) -> None:
        """Let `listener` have each stream that is told things, every KEEP_ALIVE_SECONDS."""
        self._at_beats.append(listener)

    def check_room(self, owner: Hashable, *, most: int, most_of_owner: int) -> None:
        """Raises TooManyStreams: another, ended in place of the newcomer, would be back at once."""
        if self._count >= most:
            raise TooManyStreams("server")
        if self._of_owner.get(owner, 0) >= most_of_owner:
            raise TooManyStreams("caller")

    async def hold(
        self,
        watch: Watch,
        seen: Seen,
        known_list: str | None,
        origin: Origin,
        frames: Frames,
        receive: Receive,
        send: Send,
    ) -> None:
        """Keep a stream open until its client leaves or its end is written.

        `known_list` is the list that a client that comes back was told of.
        """
        stream = Stream(frames, send, origin, watch)
        group = self._join(watch, seen, stream)
        if not isinstance(frames, SseFrames):  # whose client is not known yet
            self._announce(
                stream, StreamEvent.OPENED if known_list is None else StreamEvent.RESUMED
            )
        beat = min(self._beats, key=len)
        beat[stream] = None
        try:
            now = group.seen
            stream.tell("first", frames.first(now.event_id))
            if self._is_ending:
                stream.end()
            if known_list is not None and (missed := now.changed_since(known_list)):
                self._tell_lists(stream, missed, now.event_id)
            stream.holder = asyncio.current_task()
            while (await receive())["type"] != "http.disconnect":
                pass
        except asyncio.CancelledError:
            if not stream.is_over:
                raise
        finally:
            stream.is_over, stream.holder = True, None
            beat.pop(stream, None)
            self._leave(group, stream)

    def person_changed(self, sender: Any, user_id: int | None, **kwargs: Any) -> None:
        """Look at what a person's streams show (a receiver of preferences_changed, any thread)."""
        if self._count and self._loop is not None:
            self._loop.call_soon_threadsafe(self._look_soon_at_person, user_id)

    def tell_session(self, number: str, what: str, frame: bytes) -> None:
        """Write something on the newest stream of a session; `what` is as in Stream.due."""
        if of_session := self._of_session.get(number):
            stream = of_session[-1]
            stream.tell(what, frame)
            if sum(map(len, stream.due.values())) > MAX_DUE_BYTES:
                stream.give_up()

    def name_client(self, session: Session) -> None:
        """Say whose a session's stream is, that was opened before its client said so (HTTP+SSE)."""
        for stream in self._of_session.get(session.number, ()):
            stream.origin = replace(
                stream.origin, client=session.client, protocol_version=session.protocol_version
            )
            self._announce(stream, StreamEvent.OPENED)

    def _announce(self, stream: Stream, event: StreamEvent) -> None:
        if not stream.is_announced:
            stream.is_announced = True
            self.say(stream, event)

    def end_session(self, number: str) -> None:
        for stream in self._of_session.get(number, ()):
            stream.end(EndedBy.SESSION)

    def end_those(self, is_meant: Callable[[Origin], bool]) -> None:
        """End the streams that come from there (from any thread)."""
        if self._count and self._loop is not None:
            self._loop.call_soon_threadsafe(self._end_those, is_meant)

    def _end_those(self, is_meant: Callable[[Origin], bool]) -> None:
        start_task(_in_slices(self._streams(), partial(_end_if, is_meant=is_meant)))

    def _streams(self) -> list[Stream]:
        return [stream for group in self._groups.values() for stream in group.streams]

    def end_all_soon(self) -> None:
        """End each with its last frame, spread over some seconds: the server stops."""
        if not self._is_ending:
            self._is_ending = True
            if self._count:
                start_task(self._end_all())

    async def _end_all(self) -> None:
        streams = self._streams()
        for start in range(0, len(streams), SLICE):
            for stream in streams[start : start + SLICE]:
                stream.end()
            await asyncio.sleep(END_SECONDS * SLICE / max(len(streams), 10 * SLICE))

    def _join(self, watch: Watch, seen: Seen, stream: Stream) -> _Group:
        self._start()
        group = self._groups.get(watch.key)
        if group is None:
            # A first look soon: what changed while the stream was opened was not for this group.
            first_look = time.monotonic() + COALESCE_SECONDS
            group = self._groups[watch.key] = _Group(watch, seen, first_look)
            self._index(group, None, seen.user_id)
        group.streams[stream] = None
        if stream.session is not None:
            of_session = self._of_session.setdefault(stream.session, [])
            of_session.append(stream)
            if len(of_session) > STREAMS_OF_SESSION:
                of_session[0].end(EndedBy.LIMIT)
        self._count += 1
        self._of_owner[watch.owner] = self._of_owner.get(watch.owner, 0) + 1
        return group

    def _leave(self, group: _Group, stream: Stream) -> None:
        del group.streams[stream]
        if stream.session is not None:
            of_session = self._of_session[stream.session]
            of_session.remove(stream)
            if not of_session:
                del self._of_session[stream.session]
        self._count -= 1
        if stream.is_announced:
            self.say(stream, StreamEvent.CLOSED)
        owner = group.watch.owner
        self._of_owner[owner] -= 1
        if not self._of_owner[owner]:
            del self._of_owner[owner]
        if not group.streams:
            del self._groups[group.watch.key]
            self._index(group, group.seen.user_id, None)

    def say(self, stream: Stream, event: StreamEvent) -> None:
        for listener in self._listeners:
            try:
                listener(stream, event)
            except Exception:
                # Noting must never cost a client its stream.
                logger.exception("A listener of streams failed.")

    def _tell_lists(self, stream: Stream, changed: Sequence[str], event_id: str) -> None:
        """`changed` are the notifications that are due."""
        told = [method for method in changed if stream.frames.tells_of(method)]
        if not told or not self.is_newest(stream):
            return
        for method in told:
            stream.tell(method, stream.frames.notification(method, event_id))
        if TOOLS_CHANGED in told:
            self.say(stream, StreamEvent.LIST_CHANGED)

    def tell_of_resource(self, stream: Stream, uri: str) -> None:
        if self.is_newest(stream):
            stream.tell(f"resource {uri}", stream.frames.resource_updated(uri))
            self.say(stream, StreamEvent.RESOURCE_UPDATED)

    def is_newest(self, stream: Stream) -> bool:
        """Whether it is the one of its session that is told: each message goes out once."""
        if stream.session is None:
            return True
        of_session = self._of_session.get(stream.session)
        return of_session is not None and of_session[-1] is stream

    def _index(self, group: _Group, old: int | None, new: int | None) -> None:
        if old is not None and (groups := self._of_person.get(old)):
            groups.discard(group)
            if not groups:
                del self._of_person[old]
        if new is not None:
            self._of_person.setdefault(new, set()).add(group)

    def _start(self) -> None:
        self._loop = asyncio.get_running_loop()
        if self._ticker is None or self._ticker.done():
            self._ticker = start_task(self._tick())

    async def _tick(self) -> None:
        beat = 0
        while self._count:
            await asyncio.sleep(1)
            beat = (beat + 1) % KEEP_ALIVE_SECONDS
            now = time.monotonic()
            for group in list(self._groups.values()):
                ends = group.seen.expires_at
                if ends is not None and time.time() >= ends:
                    await _in_slices(group.streams, _end_for_credential)
                elif now >= group.next_look:
                    self._look_soon(group, self._unasked)
            await _in_slices(self._beats[beat], partial(self._beat, now=now))

    def _beat(self, stream: Stream, now: float) -> None:
        stream.keep_alive(now)
        if self.is_newest(stream):
            for listener in self._at_beats:
                listener(stream)

    def _look_soon_at_person(self, user_id: int | None) -> None:
        groups = self._groups.values() if user_id is None else self._of_person.get(user_id, ())
        for group in list(groups):
            self._look_soon(group)

    def _look_soon(self, group: _Group, lane: "_Lane | None" = None) -> None:
        lane = lane or self._for_news
        if lane in group.waits_in:
            return
        group.waits_in.add(lane)
        group.next_look = _next_look()
        wait = group.looked_at + COALESCE_SECONDS - time.monotonic()
        if wait <= 0:
            self._enqueue(group, lane)
        else:
            asyncio.get_running_loop().call_later(wait, self._enqueue, group, lane)

    def _enqueue(self, group: _Group, lane: "_Lane") -> None:
        lane.groups.append(group)
        if lane.lookers < LOOKS_AT_ONCE:
            lane.lookers += 1
            start_task(self._look_at_all(lane))

    async def _look_at_all(self, lane: "_Lane") -> None:
        try:
            while lane.groups:
                group = lane.groups.popleft()
                group.waits_in.discard(lane)
                if lane is self._for_news:
                    group.looked_at = time.monotonic()
                if group.streams:
                    await self._look_at(group)
        finally:
            lane.lookers -= 1

    async def _look_at(self, group: _Group) -> None:
        try:
            # In a task of its own: what it asks others counts for this person and for no other.
            seen = await start_task(group.watch.look())
        except StreamEnds:
            await _in_slices(group.streams, _end_for_credential)
            return
        except Exception as error:
            logger.warning("A stream's list could not be looked at: %s.", type(error).__name__)
            return
        before = group.seen
        if group.streams:
            self._index(group, before.user_id, seen.user_id)
        now = group.seen = seen.after(before)
        changed = [
            method
            for method, list_id in before.ids.items()
            if list_id not in (None, now.ids[method])
        ]
        if changed:
            tell = partial(self._tell_lists, changed=changed, event_id=now.event_id)
            await _in_slices(group.streams, tell)


def _end_for_credential(stream: Stream) -> None:
    stream.end(EndedBy.CREDENTIAL)


def _end_if(stream: Stream, is_meant: Callable[[Origin], bool]) -> None:
    if is_meant(stream.origin):
        stream.end(EndedBy.CREDENTIAL)


async def _in_slices(streams: Iterable[Stream], act: Callable[[Stream], None]) -> None:
    for number, stream in enumerate(list(streams), start=1):
        act(stream)
        if number % SLICE == 0:
            await asyncio.sleep(0)


def _next_look() -> float:
    return time.monotonic() + random.uniform(*LOOK_EVERY_SECONDS)  # noqa: S311 - spreads load


open_streams = OpenStreams()
preferences_changed.connect(open_streams.person_changed, dispatch_uid="mcpendpoint.push.streams")
