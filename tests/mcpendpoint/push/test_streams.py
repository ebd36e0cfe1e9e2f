"""Streams of one process: who is told what, once, and who is refused."""

import asyncio
import re
import time
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial

import pytest

from mcpendpoint.protocol.client_tag import ClientTag
from mcpendpoint.protocol.sessions import Session
from mcpendpoint.protocol.subscriptions import Subscription
from mcpendpoint.push import streams
from mcpendpoint.push.frames import ListenFrames, SessionFrames, SseFrames
from mcpendpoint.push.stream import Origin
from mcpendpoint.push.streams import OpenStreams, TooManyStreams
from mcpendpoint.push.watch import Seen, StreamEnds

SECONDS = 5
LEGACY = SessionFrames("2025-11-25")


@dataclass
class List:
    """What a person has at a URL; a test changes it."""

    key: str = "alice"
    owner: str = "alice"
    seen: Seen = Seen("list 1", user_id=1, expires_at=None)
    is_refused: bool = False
    looks: int = 0
    was_looked_at: asyncio.Event = field(default_factory=asyncio.Event)

    async def look(self):
        self.looks += 1
        self.was_looked_at.set()
        if self.is_refused:
            raise StreamEnds
        return self.seen

    def changes_to(self, list_id, **others):
        self.seen = Seen(list_id, 1, None, **others)

    async def is_looked_at(self, several):
        self.was_looked_at.clear()
        several.person_changed(None, 1)
        await asyncio.wait_for(self.was_looked_at.wait(), SECONDS)


@dataclass
class Client:
    """Whoever reads a stream, at its own pace."""

    frames: asyncio.Queue = field(default_factory=asyncio.Queue)
    left: asyncio.Event = field(default_factory=asyncio.Event)
    reads: asyncio.Event = field(default_factory=asyncio.Event)
    is_written_to: asyncio.Event = field(default_factory=asyncio.Event)

    async def receive(self):
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message):
        self.is_written_to.set()
        await self.reads.wait()
        self.frames.put_nowait(message)
        if not message["more_body"]:
            self.left.set()

    async def next(self):
        return await asyncio.wait_for(self.frames.get(), SECONDS)


@pytest.fixture(autouse=True)
def _at_once(monkeypatch):
    monkeypatch.setattr(streams, "COALESCE_SECONDS", 0)


@asynccontextmanager
async def opened(streams, what, *, frames=LEGACY, session=None, known=None, reads=True):
    client = Client()
    if reads:
        client.reads.set()
    hold = partial(streams.hold, what, what.seen, known, Origin(session=session), frames)
    holding = asyncio.create_task(hold(client.receive, client.send))
    await asyncio.wait_for(client.is_written_to.wait(), SECONDS)
    if reads:
        await client.next()  # the first frame
    try:
        yield client
    finally:
        client.left.set()
        await asyncio.wait_for(holding, SECONDS)


async def test_all_streams_of_one_list_are_told_after_one_look():
    several, what = OpenStreams(), List()
    async with opened(several, what) as one, opened(several, what) as other:
        what.changes_to("list 2")
        several.person_changed(None, 1)

        told = [await client.next() for client in (one, other)]

    assert all(
        b"list_changed" in frame["body"] and b"id: list 2" in frame["body"] for frame in told
    )
    assert (what.looks, len(several)) == (1, 0)


async def test_what_is_due_when_streams_are_kept_alive_is_told_all_the_same():
    several, what = OpenStreams(), List()
    async with opened(several, what) as client:
        (stream,) = next(iter(several._groups.values())).streams
        stream.tell("list", b"news")
        stream.keep_alive(time.monotonic())

        assert (await client.next())["body"] == b"news"


async def test_a_stream_that_opens_while_the_server_stops_is_ended():
    several, what = OpenStreams(), List()
    several.end_all_soon()

    async with opened(several, what, reads=False) as client:
        client.reads.set()
        first = await client.next()

    assert (b"retry:" in first["body"], first["more_body"]) == (True, False)


async def test_a_stream_whose_connection_is_closed_without_a_word_is_left():
    several, what = OpenStreams(), List()
    client = Client()

    async def fails(message):
        raise RuntimeError("unable to perform operation on a closed transport")

    hold = several.hold(what, what.seen, None, Origin(), LEGACY, client.receive, fails)
    await asyncio.wait_for(hold, SECONDS)

    assert len(several) == 0


async def test_news_of_another_person_is_no_reason_to_look():
    several, what = OpenStreams(), List()
    async with opened(several, what) as client:
        several.person_changed(None, 2)
        what.changes_to("list 2")
        several.person_changed(None, None)  # of everybody

        await client.next()

    assert what.looks == 1


async def test_a_message_goes_out_on_the_newest_stream_of_a_session_only():
    several, what = OpenStreams(), List()
    async with (
        opened(several, what, session="s") as old,
        opened(several, what, session="s") as new,
        opened(several, what, session="another") as another,
    ):
        what.changes_to("list 2")
        several.person_changed(None, 1)

        await new.next()
        await another.next()
        assert old.frames.empty()


async def test_of_more_streams_than_a_session_may_have_the_oldest_ends():
    several, what = OpenStreams(), List()
    async with AsyncExitStack() as stack:
        clients = [
            await stack.enter_async_context(opened(several, what, session="s"))
            for _ in range(streams.STREAMS_OF_SESSION)
        ]
        assert clients[0].frames.empty()

        await stack.enter_async_context(opened(several, what, session="s"))
        ended = await clients[0].next()
        assert clients[1].frames.empty()

    assert (ended["body"], ended["more_body"]) == (b"", False)


async def test_a_stream_ends_when_its_credential_expires():
    several = OpenStreams()
    what = List(seen=Seen("list 1", 1, expires_at=1.0))
    frames = ListenFrames(Subscription("listen:0", {"toolsListChanged": True}))
    async with opened(several, what, frames=frames) as client:
        ended = await client.next()

    assert (b'"result"' in ended["body"], ended["more_body"]) == (True, False)


async def test_a_list_that_cannot_be_had_now_is_no_change():
    several, what = OpenStreams(), List()
    async with opened(several, what) as client:
        for list_id in (None, "list 1", "list 2"):
            what.changes_to(list_id)
            await what.is_looked_at(several)

        assert b"id: list 2" in (await client.next())["body"]


async def test_who_does_not_read_has_each_news_kept_once():
    several, what = OpenStreams(), List()
    async with opened(several, what, reads=False) as client:
        for number in range(2, 50):
            what.changes_to(f"list {number}")
            await what.is_looked_at(several)

        client.reads.set()
        await client.next()
        told = await client.next()

    assert (told["body"].count(b"list_changed"), b"id: list 49" in told["body"]) == (1, True)


async def test_the_newcomer_is_refused_where_there_is_no_room():
    several, what = OpenStreams(), List()
    room = partial(several.check_room, "alice")
    async with opened(several, what):
        room(most=2, most_of_owner=2)
        with pytest.raises(TooManyStreams, match="server"):
            room(most=1, most_of_owner=2)
        with pytest.raises(TooManyStreams, match="caller"):
            room(most=2, most_of_owner=1)
        several.check_room("bob", most=2, most_of_owner=1)
    room(most=1, most_of_owner=1)


async def test_a_stream_of_http_sse_is_told_of_once_its_client_has_said_who_it_is():
    several, heard = OpenStreams(), []
    several.listen(lambda stream, event: heard.append((event, stream.origin.client.name)))
    frames = SseFrames("/sse/messages", tell_of_list=True)
    async with opened(several, List(), frames=frames, session="one"):
        assert heard == []
        several.name_client(Session(ClientTag("wire", "1"), number="one"))
    async with opened(several, List(), frames=frames, session="another"):
        pass

    assert heard == [("opened", "wire"), ("closed", "wire")]


async def test_each_list_is_told_of_by_itself_and_one_that_is_not_known_not_at_all():
    several, what = OpenStreams(), List()
    async with opened(several, what) as client:
        what.changes_to("list 1", prompts_id="p1", resources_id=None)
        several.person_changed(None, 1)
        first = (await client.next())["body"]
        what.changes_to(None, prompts_id="p1", resources_id="r1")
        several.person_changed(None, 1)
        second = (await client.next())["body"]

    assert b"id: list 1.p1\r\n" in first
    assert methods_in(first) == ["notifications/prompts/list_changed"]
    assert methods_in(second) == ["notifications/resources/list_changed"]


async def test_a_client_that_comes_back_is_told_which_lists_changed_meanwhile():
    several, what = OpenStreams(), List()
    what.changes_to("list 1", prompts_id="p2", resources_id="r1")
    async with opened(several, what, known="list 1.p1.r1", reads=False) as client:
        client.reads.set()
        told = (await client.next())["body"]  # with the first frame

    assert methods_in(told) == ["notifications/prompts/list_changed"]


async def test_a_subscription_is_told_of_the_lists_that_it_asked_for():
    several, what = OpenStreams(), List()
    asked = Subscription("listen:0", {"resourcesListChanged": True})
    async with opened(several, what, frames=ListenFrames(asked)) as client:
        what.changes_to("list 2", prompts_id="p1", resources_id="r1")
        several.person_changed(None, 1)
        told = (await client.next())["body"]

    assert methods_in(told) == ["notifications/resources/list_changed"]


def methods_in(body):
    return re.findall(r'"method":"([^"]+)"', body.decode())
