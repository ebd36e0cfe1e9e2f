"""Pings to legacy clients whose session has an open stream: who does not answer is in distress.

Nothing else follows from it. Some clients sleep, and a stream that is broken ends by itself.
"""

import random
import time
from typing import Any

from mcpendpoint.push.bus import Bus, bus
from mcpendpoint.push.frames import ping_event
from mcpendpoint.push.question_ids import make_question_id
from mcpendpoint.push.stream import Stream, StreamEvent
from mcpendpoint.push.streams import OpenStreams, open_streams

TOPIC = "pong"

BEATS = (2, 4)
"""Between two pings of a stream, of KEEP_ALIVE_SECONDS each."""


class Pings:
    """Those of this worker."""

    def __init__(self, bus: Bus, streams: OpenStreams) -> None:
        self._bus = bus
        self._streams = streams
        self._waiting: dict[str, Stream] = {}
        bus.on(TOPIC, self._take)
        streams.listen(self._note)
        streams.at_each_beat(self._beat)

    def __len__(self) -> int:
        return len(self._waiting)

    def _beat(self, stream: Stream) -> None:
        """Ping the client of a session's stream, if it is time again."""
        if stream.session is None or not stream.is_announced:
            return
        if stream.beats_to_ping == 0:
            self._ping(stream, stream.session)
        stream.beats_to_ping = (stream.beats_to_ping or random.randint(*BEATS)) - 1  # noqa: S311

    def _ping(self, stream: Stream, session: str) -> None:
        if self._waiting.pop(stream.ping, None):
            stream.has_missed_ping = True
            self._streams.say(stream, StreamEvent.PING_LOST)
        stream.ping = make_question_id(self._bus.name, TOPIC, session)
        self._waiting[stream.ping] = stream
        stream.tell("ping", ping_event(stream.ping))
        self._streams.say(stream, StreamEvent.PING_SENT)

    def _take(self, ping: Any) -> None:
        stream = self._waiting.pop(ping, None)
        if stream is not None:
            stream.has_missed_ping = False
            stream.alive_at = time.time()
            self._streams.say(stream, StreamEvent.PING_ANSWERED)

    def _note(self, stream: Stream, event: StreamEvent) -> None:
        if event is StreamEvent.CLOSED:
            self._waiting.pop(stream.ping, None)


pings = Pings(bus, open_streams)
