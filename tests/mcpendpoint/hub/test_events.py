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
