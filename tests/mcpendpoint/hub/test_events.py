import pytest

from mcpendpoint.hub.events import EventDecoder

STREAM = (
    b': ping - 2026\r\n\r\nevent: message\r\ndata: {"a":\r\ndata:  1}\r\n\r\n'
    b"id: 7\ndata:second\n\n\nevent: ping\ndata: {}\n\nid: 8\ndata\n\n"
    b"data: \xc3\xa9\n\ndata: cut off\n"
)
EVENTS = [b'{"a":\n 1}', b"second", "é".encode()]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_events_are_the_same_however_the_stream_is_cut(size):
    decoder = EventDecoder()

    chunks = [STREAM[start : start + size] for start in range(0, len(STREAM), size)]

    assert [event for chunk in chunks for event in decoder.feed(chunk)] == EVENTS


@pytest.mark.parametrize("noise", [b"\n", b"\r\n", b": x\n", b":\n\n: y\r\n"])
@pytest.mark.parametrize("size", [1, 5, 1000])
def test_lines_that_say_nothing_may_be_anywhere_between_events(noise, size):
    stream = b"\n\n".join(b"data: " + event + b"\n" + noise * 50 for event in (b"a", b"b", b"c"))
    stream += b"\n"
    decoder = EventDecoder()

    chunks = [stream[start : start + size] for start in range(0, len(stream), size)]

    assert [event for chunk in chunks for event in decoder.feed(chunk)] == [b"a", b"b", b"c"]


def test_an_event_of_too_many_lines_is_none_and_the_next_one_is():
    decoder = EventDecoder()

    events = list(decoder.feed(b"data: x\n" * 20_000 + b"\ndata: next\n\n"))

    assert events == [b"next"]
