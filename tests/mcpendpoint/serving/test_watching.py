"""Clients are told of resources that they subscribed to, and of no others."""

import asyncio
import queue

import pytest
from asgiref.sync import sync_to_async

from mcpendpoint.protocol.subscriptions import Subscription
from mcpendpoint.push.bus import Bus
from mcpendpoint.push.frames import ListenFrames, SessionFrames
from mcpendpoint.push.stream import Origin, Stream, StreamEvent
from mcpendpoint.push.streams import OpenStreams
from mcpendpoint.push.watch import Seen, StreamEnds
from mcpendpoint.serving.resources import subscriptions, watching
from mcpendpoint.serving.resources.subscriptions import TooManySubscriptions
from mcpendpoint.serving.resources.watching import HUB_CHANGED, TooManyResources, WatchedResources

SECONDS = 5
MODEL = "hf://models/acme/tiny"
FILE = "hf://models/acme/tiny/README.md"
OTHER = "hf://datasets/acme/rows"


class Person:
    """Who may read what is in `resources`; a test changes it."""

    def __init__(self, name="alice"):
        self.key = self.owner = name
        self.resources = {}
        self.asked = asyncio.Queue()
        self.is_refused = False

    async def resource(self, uri, news):
        self.asked.put_nowait(uri)
        if self.is_refused:
            raise StreamEnds
        return self.resources.get(uri, "none: NOT_FOUND")

    async def is_asked(self, times=1):
        for _ in range(times):
            await asyncio.wait_for(self.asked.get(), SECONDS)


class Client:
    def __init__(self):
        self.bodies = asyncio.Queue()
        self.left = asyncio.Event()

    async def receive(self):
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message):
        self.bodies.put_nowait(message["body"])

    async def next(self):
        return await asyncio.wait_for(self.bodies.get(), SECONDS)


@pytest.fixture
def bus():
    return Bus("")


@pytest.fixture
def watched(bus):
    return WatchedResources(OpenStreams(), bus)


def open_stream(watched, person, *uris):
    client = Client()
    frames = ListenFrames(Subscription("listen:0", {"resourceSubscriptions": list(uris)}))
    stream = Stream(frames, client.send, watch=person)
    watched.note(stream, StreamEvent.OPENED)
    return client, stream


async def test_what_somebody_changed_here_is_told_at_once(watched, bus):
    alice = Person()
    alice.resources = {MODEL: "1", FILE: "1", OTHER: "1"}
    client, _ = open_stream(watched, alice, MODEL, FILE, OTHER)
    await alice.is_asked(3)

    alice.resources |= {MODEL: "2", OTHER: "2"}
    await bus.tell(HUB_CHANGED, ["models/acme/tiny", None])

    told = await client.next()
    assert b'"uri":"hf://models/acme/tiny"' in told
    assert b'"io.modelcontextprotocol/subscriptionId":"listen:0"' in told
    await alice.is_asked(2)
    assert client.bodies.empty()


async def test_nobody_is_told_of_what_they_may_not_read(watched, bus):
    alice, bob = Person("alice"), Person("bob")
    alice.resources[MODEL] = "1"
    of_alice, _ = open_stream(watched, alice, MODEL)
    of_bob, _ = open_stream(watched, bob, MODEL)
    await alice.is_asked()
    await bob.is_asked()

    alice.resources[MODEL] = "2"
    await bus.tell(HUB_CHANGED, ["models/acme/tiny", None])

    await of_alice.next()
    await bob.is_asked()
    assert of_bob.bodies.empty()


async def test_what_the_webhook_of_one_person_tells_makes_nobody_else_look(watched, bus):
    alice, bob = Person("user 1"), Person("user 2")
    for person in (alice, bob):
        open_stream(watched, person, MODEL)
        await person.is_asked()

    await bus.tell(HUB_CHANGED, ["models/acme/tiny", 1])

    await alice.is_asked()
    assert bob.asked.empty()


async def test_people_take_turns_in_what_is_looked_at(watched, monkeypatch):
    order = []

    class Noting(Person):
        async def resource(self, uri, news):
            order.append(self.owner)
            return await super().resource(uri, news)

    monkeypatch.setattr(watching, "LOOKS_AT_ONCE", 1)
    alice, bob = Noting("alice"), Noting("bob")
    open_stream(watched, alice, *(f"{MODEL}/{number}" for number in range(40)))
    open_stream(watched, bob, MODEL)
    await alice.is_asked(40)
    await bob.is_asked()

    assert order.index("bob") <= 2


async def test_streams_of_one_credential_share_their_looks(watched):
    alice = Person()
    streams = [open_stream(watched, alice, MODEL)[1] for _ in range(10)]
    await alice.is_asked()

    assert alice.asked.empty()
    for stream in streams:
        watched.note(stream, StreamEvent.CLOSED)
    assert not watched._watched
    assert not watched._by_subject


async def test_what_others_changed_is_found_out_in_time(watched, monkeypatch):
    monkeypatch.setattr(watching, "LOOK_EVERY_SECONDS", (0.01, 0.01))
    monkeypatch.setattr(watching, "SECONDS_FOR_EACH", 0)
    alice = Person()
    alice.resources[MODEL] = "1"
    client, _ = open_stream(watched, alice, MODEL)
    await alice.is_asked()

    alice.resources[MODEL] = "2"

    assert b"resources/updated" in await client.next()


async def test_a_stream_ends_when_its_credential_may_not_look_any_more(watched):
    alice = Person()
    alice.is_refused = True
    client, stream = open_stream(watched, alice, MODEL)

    assert b'"resultType":"complete"' in await client.next()
    assert stream.is_over


async def test_one_caller_leaves_room_for_others(watched, monkeypatch):
    monkeypatch.setattr(watching, "MAX_OF_OWNER", 2)
    alice = Person()
    open_stream(watched, alice, *(f"{MODEL}/{n}" for n in range(5)))

    assert len(watched._watched) == 2
    with pytest.raises(TooManyResources):
        watched.check_room("alice", 1)
    watched.check_room("bob", 2)


async def open_session(streams, person):
    client = Client()
    hold = streams.hold(
        person,
        Seen("list", None, None),
        None,
        Origin(session="session"),
        SessionFrames("2025-11-25"),
        client.receive,
        client.send,
    )
    holding = asyncio.create_task(hold)
    await client.next()
    return client, holding


@pytest.fixture
def next_stored(monkeypatch):
    """Wait for what is stored next of what was seen."""
    stored = queue.Queue()
    note_seen = subscriptions.note_seen

    def note(sessions, uri, seen):
        note_seen(sessions, uri, seen)
        stored.put((sessions, uri, seen))

    monkeypatch.setattr(subscriptions, "note_seen", note)
    return lambda: asyncio.to_thread(stored.get, timeout=SECONDS)


@pytest.mark.django_db(transaction=True)
async def test_who_comes_back_hears_what_changed_meanwhile(bus, next_stored):
    alice, streams = Person(), OpenStreams()
    WatchedResources(streams, bus)
    alice.resources[MODEL] = "1"
    await sync_to_async(subscriptions.add)("session", "alice", MODEL)
    client, holding = await open_session(streams, alice)
    assert await next_stored() == ({"session"}, MODEL, "1")
    client.left.set()
    await holding

    alice.resources[MODEL] = "2"
    client, holding = await open_session(streams, alice)

    assert b"resources/updated" in await client.next()
    assert await next_stored() == ({"session"}, MODEL, "2")
    client.left.set()
    await holding


@pytest.mark.django_db
def test_a_session_has_so_many_subscriptions_and_a_caller_too(monkeypatch):
    monkeypatch.setattr(subscriptions, "MAX_OF_SESSION", 2)
    monkeypatch.setattr(subscriptions, "MAX_OF_OWNER", 3)
    for session, uri in [("a", "1"), ("a", "2"), ("a", "2"), ("b", "1")]:
        subscriptions.add(session, "alice", uri)

    for session, owner in [("a", "alice"), ("b", "alice")]:
        with pytest.raises(TooManySubscriptions):
            subscriptions.add(session, owner, "3")
    subscriptions.remove("a", "1")
    subscriptions.add("b", "alice", "3")
    assert subscriptions.of_session("b") == [("1", ""), ("3", "")]
