"""Spaces that take what they can get, and what it costs those who call others."""

import asyncio
import gzip
import time

import pytest

from accounts.outgoing.callers import acting_for
from accounts.outgoing.pools import SPACES
from mcpendpoint.gradio.calling import call_tool
from mcpendpoint.gradio.errors import SpaceBusy, SpaceError
from tests.mcpendpoint.gradio.scripted_space import Answer, event, result, scripted_space

GREETING = {"jsonrpc": "2.0", "id": 1, "result": {"protocolVersion": "2025-06-18"}}
NO_SESSION = {"jsonrpc": "2.0", "id": 1, "error": {"code": -32600, "message": "No session ID"}}
IN_SESSION = {"Mcp-Session-Id": "abc"}
ONLY_COMMENTS = Answer(b": still here\r\n\r\n", stays_open=True)
BOMB = Answer(gzip.compress(bytes(50_000_000)), 202, headers={"Content-Encoding": "gzip"})
NOT_ENDING = Answer(b"x" * 100_000, 202, stays_open=True)


def call(space):
    return call_tool(
        space.info, "predict", {}, token=None, include_images=True, report_progress=None
    )


@pytest.fixture
async def spaces_of():
    async with scripted_space() as greedy, scripted_space() as other:
        greedy.answers, other.answers = [ONLY_COMMENTS], [Answer(event(result("done")))]
        yield greedy, other


@pytest.mark.parametrize("answer", [BOMB, NOT_ENDING], ids=["bomb", "not ending"])
async def test_what_needs_no_answer_is_not_read(answer):
    started = time.monotonic()
    async with scripted_space() as space:
        space.answers = [
            Answer(event(NO_SESSION), headers=IN_SESSION),
            Answer(event(GREETING), headers=IN_SESSION),
            answer,
            Answer(event(result("done"))),
            answer,
        ]

        found = await call(space)

        assert found.content[0].text == "done"
        assert [asked.method for asked in space.asked] == ["POST", "POST", "POST", "POST", "DELETE"]
    assert time.monotonic() - started < 10


async def test_a_caller_who_takes_all_they_can_leaves_room_for_others(spaces_of):
    greedy, other = spaces_of
    with acting_for("greedy"):
        calls = [asyncio.create_task(call(greedy)) for _ in range(230)]
    while len(greedy.asked) < SPACES.limits.per_caller:
        greedy.was_asked.clear()
        await greedy.was_asked.wait()

    with acting_for("another"):
        async with asyncio.timeout(5):
            assert (await call(other)).content[0].text == "done"

    done, _ = await asyncio.wait(calls, return_when=asyncio.FIRST_COMPLETED)
    assert {type(each.exception()) for each in done} == {SpaceBusy}
    assert len(greedy.asked) == SPACES.limits.per_caller
    for each in calls:
        each.cancel()
    await asyncio.gather(*calls, return_exceptions=True)
    with acting_for("greedy"):
        assert (await call(other)).content[0].text == "done"


async def test_an_answer_of_a_great_many_values_is_not_parsed():
    body = b'{"jsonrpc":"2.0","id":1,"result":{"content":[],"structuredContent":{"a":['
    async with scripted_space() as space:
        space.answers = [
            Answer(body + b"1," * 3_000_000 + b"1]}}}", kind="application/json"),
        ]
        with pytest.raises(SpaceError, match="more than 50,000 values"):
            await call(space)
