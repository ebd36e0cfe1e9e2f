"""A stream that is not opened is recorded as what it is."""

import pytest

from mcpendpoint.protocol import records
from mcpendpoint.protocol.records import Outcome
from tests.mcpendpoint.in_process import Visitor
from tests.mcpendpoint.wire import modern, modern_headers


@pytest.fixture
async def refused(monkeypatch, db):
    heard = []
    monkeypatch.setattr("mcpendpoint.protocol.records._listeners", [])
    records.listen(heard.append)

    async def listen(path="/mcp"):
        body = modern("subscriptions/listen", {"notifications": {}}, "listen:0")
        answer = await Visitor("192.0.2.7", path=path).send(body, modern_headers(body))
        (record,) = heard
        return answer, record

    return listen


async def test_one_more_than_there_may_be_is_over_a_limit(refused, settings):
    settings.MCP_MAX_STREAMS = 0

    answer, record = await refused()

    assert (answer.status_code, answer.json()["id"]) == (503, "listen:0")
    assert (record.outcome, record.limit) == (Outcome.LIMITED, "streams_server")


async def test_a_head_that_is_too_long_to_be_kept_is_a_wrong_request(refused):
    answer, record = await refused(f"/mcp?{'x' * 8_001}")

    assert (answer.status_code, answer.json()["id"]) == (431, "listen:0")
    assert (record.outcome, record.limit) == (Outcome.REJECTED, "")
