"""What is recorded of streams: when they began, and how large their answers are."""

import orjson
import pytest

from mcpendpoint.protocol import records
from tests.mcpendpoint.transports import test_streaming as streams
from tests.mcpendpoint.transports.test_streaming import _empty_stage, app, call  # noqa: F401  fixtures
from tests.mcpendpoint.wire import events_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def heard(monkeypatch):
    """Records of what is answered."""
    heard: list[records.Record] = []
    monkeypatch.setattr("mcpendpoint.protocol.records._listeners", [heard.append])
    return heard


async def test_a_record_tells_when_a_stream_began_and_how_large_its_answer_is(app, heard):  # noqa: F811  the fixture
    async with call(app, "wait") as exchange:
        await exchange.chunk()
        streams.stage.may_end.set()
        (answer,) = events_of((await exchange.rest()).decode())

    (record,) = heard
    assert 0 < record.first_byte_ms < record.duration_ms
    assert record.answer_bytes == len(orjson.dumps(answer))


async def test_a_record_of_an_answer_that_is_no_stream_has_no_first_byte(app, heard):  # noqa: F811  the fixture
    streams.stage.may_end.set()
    async with call(app, "wait", accept="application/json") as exchange:
        body = await exchange.rest()

    (record,) = heard
    assert (record.first_byte_ms, record.answer_bytes) == (None, len(body))
