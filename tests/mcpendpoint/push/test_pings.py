"""Clients whose session has a stream are pinged on it, and answer at any worker."""

import orjson
import pytest

from mcpendpoint.protocol.client_tag import UNKNOWN_CLIENT
from mcpendpoint.protocol.sessions import Session
from mcpendpoint.push import pings
from mcpendpoint.push.bus import Bus
from mcpendpoint.push.pings import Pings
from mcpendpoint.push.questions import Questions
from mcpendpoint.push.stream import StreamEvent
from mcpendpoint.push.streams import OpenStreams
from tests.mcpendpoint.push.test_streams import List, opened

SESSION, ANOTHER = (Session(UNKNOWN_CLIENT, number=name) for name in ("one", "another"))
PINGS = (StreamEvent.PING_SENT, StreamEvent.PING_ANSWERED, StreamEvent.PING_LOST)


class Worker:
    """Whose streams' hearts beat when the test says so."""

    def __init__(self):
        bus = Bus("")
        self.streams = OpenStreams()
        self.pings = Pings(bus, self.streams)
        self.questions = Questions(bus)
        self.said = []
        self.streams.listen(lambda stream, event: self._hear(stream, event))

    def _hear(self, stream, event):
        self.stream = stream
        if event in PINGS:
            self.said.append(event)

    def beat(self, times=pings.BEATS[1]):
        """Let time pass until there is a ping, which comes after so many beats at the latest."""
        before = self.said.count(StreamEvent.PING_SENT)
        for _ in range(times):
            self.streams._beat(self.stream, now=0)
            if self.said.count(StreamEvent.PING_SENT) > before:
                return


@pytest.fixture
def worker():
    return Worker()


async def next_ping(client):
    while b'"ping"' not in (body := (await client.next())["body"]):
        pass
    return orjson.loads(body.partition(b"data: ")[2].partition(b"\r\n")[0])


async def test_a_ping_is_sent_every_half_minute_to_minute_and_answered(worker):
    async with opened(worker.streams, List(), session="one") as client:
        worker.beat(pings.BEATS[0])
        ping = await next_ping(client)
        await worker.questions.take(SESSION, {"id": ping["id"], "result": {}})

        worker.beat()
        again = await next_ping(client)
        await worker.questions.take(SESSION, {"id": again["id"], "error": {"code": -32601}})

        assert worker.said == [StreamEvent.PING_SENT, StreamEvent.PING_ANSWERED] * 2
        assert not worker.stream.is_in_distress(now=0)


async def test_a_stream_whose_client_does_not_answer_is_in_distress_until_it_does(worker):
    async with opened(worker.streams, List(), session="one") as client:
        worker.beat(pings.BEATS[0])
        first = await next_ping(client)
        worker.beat()
        second = await next_ping(client)

        assert worker.said[-2:] == [StreamEvent.PING_LOST, StreamEvent.PING_SENT]
        assert worker.stream.has_missed_ping
        await worker.questions.take(ANOTHER, {"id": second["id"], "result": {}})
        await worker.questions.take(SESSION, {"id": first["id"], "result": {}})
        assert worker.stream.has_missed_ping
        await worker.questions.take(SESSION, {"id": second["id"], "result": {}})
        assert not worker.stream.has_missed_ping
        assert not worker.stream.is_over


async def test_subscriptions_are_not_pinged_and_nothing_is_kept_of_streams_that_ended(worker):
    async with opened(worker.streams, List()):
        worker.beat(20)
    async with opened(worker.streams, List(), session="one"):
        worker.beat(20)
        assert len(worker.pings) == 1

    assert len(worker.pings) == 0
