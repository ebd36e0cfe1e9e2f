"""Streams of the endpoint's view, with tools that wait until the test lets them go on."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest
from django.core.handlers.asgi import ASGIHandler
from django.urls import path
from mcp.server import Server, ServerRequestContext
from mcp_types import INTERNAL_ERROR, CallToolRequestParams, CallToolResult, TextContent

from mcpendpoint.transports import open_calls, streaming
from mcpendpoint.transports.handler import EndpointHandler
from mcpendpoint.transports.http import endpoint_view
from tests.mcpendpoint.asgi_client import SECONDS, AsgiRequest
from tests.mcpendpoint.wire import BOTH, LEGACY, events_of, modern, modern_headers, request

pytestmark = pytest.mark.django_db
"""A process reads the blocks before it serves anybody."""


@dataclass
class Stage:
    """Where a test and the tool that it calls meet."""

    started: asyncio.Event = field(default_factory=asyncio.Event)
    may_end: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    was_cancelled: bool = False


stage = Stage()


async def wait(ctx: ServerRequestContext[Any]) -> str:
    """Report progress once and end when told to."""
    await ctx.session.report_progress(1, 2, "half")
    stage.started.set()
    try:
        await stage.may_end.wait()
    except asyncio.CancelledError:
        stage.was_cancelled = True
        raise
    finally:
        stage.ended.set()
    return "done"


async def report_a_lot(ctx: ServerRequestContext[Any]) -> str:
    for value in (1, 2, 2, 1, *range(3, 500), 500):
        await ctx.session.report_progress(value, 500)
    return "done"


async def fail(ctx: ServerRequestContext[Any]) -> str:
    raise RuntimeError("the secret of the tool")


async def say_a_lot(ctx: ServerRequestContext[Any]) -> str:
    await ctx.session.report_progress(1, 2, "half")
    return "x" * 3_000_000


TOOLS = {"say_a_lot": say_a_lot, "wait": wait, "report_a_lot": report_a_lot, "fail": fail}


async def call_tool(
    ctx: ServerRequestContext[Any], params: CallToolRequestParams
) -> CallToolResult:
    if params.name == "return_nonsense":
        deep: Any = 2**70
        for _ in range(300):
            deep = [deep]
        return CallToolResult(content=[], structured_content={"deep": deep})
    text = await TOOLS[params.name](ctx)
    return CallToolResult(content=[TextContent(type="text", text=text)])


urlpatterns = [path("mcp", endpoint_view(Server("stage", version="1", on_call_tool=call_tool)))]


@pytest.fixture(autouse=True)
def _empty_stage():
    global stage
    stage = Stage()


@pytest.fixture
def app():
    return EndpointHandler(ASGIHandler(), urlconf=__name__)


def call(app, tool, *, is_modern=True, token: Any = "token", accept=BOTH):
    params: dict[str, Any] = {"name": tool, "arguments": {}}
    meta = {} if token is None else {"progressToken": token}
    if is_modern:
        body = modern("tools/call", params, **meta)
        return AsgiRequest(app, body, modern_headers(body) | {"Accept": accept})
    body = request("tools/call", {**params, "_meta": meta})
    return AsgiRequest(app, body, {"Accept": accept, "MCP-Protocol-Version": LEGACY})


def text_of(answer):
    return answer["result"]["content"][0]["text"]


@pytest.mark.parametrize("is_modern", [True, False])
async def test_progress_is_there_before_the_tool_has_ended(app, is_modern):
    async with call(app, "wait", is_modern=is_modern) as exchange:
        (progress,) = events_of((await exchange.chunk()).decode())
        assert not stage.ended.is_set()
        assert exchange.headers["content-type"] == "text/event-stream"
        assert exchange.headers["x-accel-buffering"] == "no"

        stage.may_end.set()
        (answer,) = events_of((await exchange.rest()).decode())

    assert progress["method"] == "notifications/progress"
    assert progress["params"] == {
        "progressToken": "token",
        "progress": 1,
        "total": 2,
        "message": "half",
    }
    assert text_of(answer) == "done"


@pytest.mark.parametrize("options", [{"token": None}, {"accept": "application/json"}])
async def test_a_client_that_did_not_ask_for_progress_gets_json(app, options):
    stage.may_end.set()

    async with call(app, "wait", **options) as exchange:
        body = await exchange.rest()

    assert exchange.headers["content-type"] == "application/json"
    assert b"progress" not in body


@pytest.mark.parametrize("token", [{}, [], True, None, 1.5])
async def test_a_progress_token_of_a_wrong_kind_gets_an_answer_all_the_same(app, token):
    stage.may_end.set()

    async with call(app, "wait", token=token, is_modern=False) as exchange:
        body = await exchange.rest()

    assert exchange.status == 200
    assert b"notifications/progress" not in body


async def test_progress_only_grows_and_is_no_flood_but_says_the_last(app):
    async with call(app, "report_a_lot") as exchange:
        *notes, answer = events_of((await exchange.rest()).decode())

    values = [note["params"]["progress"] for note in notes]
    assert values == sorted(set(values))
    assert len(values) < 100
    assert values[-1] == 500
    assert text_of(answer) == "done"


async def test_a_stream_on_which_nothing_happens_is_kept_alive(app, monkeypatch):
    monkeypatch.setattr(streaming, "KEEP_ALIVE_SECONDS", 0.01)

    async with call(app, "wait", token=None) as exchange:
        quiet = [await exchange.chunk() for _ in range(3)]
        stage.may_end.set()
        rest = await exchange.rest()

    assert all(chunk.startswith(b":") for chunk in quiet)
    assert text_of(events_of(rest.decode())[-1]) == "done"


@pytest.mark.parametrize("accept", [BOTH, "application/json"])
async def test_a_modern_client_that_leaves_cancels_its_call(app, accept):
    async with call(app, "wait", accept=accept) as exchange:
        await asyncio.wait_for(stage.started.wait(), SECONDS)

        exchange.disconnect()

        await asyncio.wait_for(stage.ended.wait(), SECONDS)
        assert stage.was_cancelled


@pytest.mark.parametrize("accept", [BOTH, "application/json"])
async def test_a_legacy_client_that_leaves_does_not_cancel_its_call(app, accept):
    async with call(app, "wait", is_modern=False, accept=accept) as exchange:
        await asyncio.wait_for(stage.started.wait(), SECONDS)

        exchange.disconnect()
        await exchange.rest()

        assert not stage.ended.is_set()
        stage.may_end.set()
        await asyncio.wait_for(stage.ended.wait(), SECONDS)
        assert not stage.was_cancelled


async def test_a_batch_whose_client_leaves_is_not_cancelled_either(app):
    batch = [request("tools/call", {"name": "wait", "arguments": {}})]
    async with AsgiRequest(app, batch, {"MCP-Protocol-Version": "2025-03-26"}) as exchange:
        await asyncio.wait_for(stage.started.wait(), SECONDS)

        exchange.disconnect()
        await exchange.rest()

        assert not stage.ended.is_set()
        stage.may_end.set()
        await asyncio.wait_for(stage.ended.wait(), SECONDS)
        assert not stage.was_cancelled


@pytest.mark.parametrize("accept", [BOTH, "application/json"])
async def test_a_call_that_nobody_can_read_any_more_ends_after_a_while(app, accept, monkeypatch):
    monkeypatch.setattr(open_calls, "ABANDONED_SECONDS", 0.01)
    async with call(app, "wait", is_modern=False, accept=accept) as exchange:
        await asyncio.wait_for(stage.started.wait(), SECONDS)

        exchange.disconnect()

        await asyncio.wait_for(stage.ended.wait(), SECONDS)
        assert stage.was_cancelled


async def test_one_caller_leaves_few_calls_behind(app):
    for _ in range(open_calls.MAX_ABANDONED_PER_CALLER + 5):
        stage.started.clear()
        async with call(app, "wait", is_modern=False) as exchange:
            await asyncio.wait_for(stage.started.wait(), SECONDS)
            exchange.disconnect()
            await exchange.rest()

    assert stage.was_cancelled
    assert len(open_calls.abandoned_calls) == open_calls.MAX_ABANDONED_PER_CALLER
    stage.may_end.set()
    for _ in range(10):
        await asyncio.sleep(0)
    assert not len(open_calls.abandoned_calls)


async def begin_session(app, name="wire"):
    params = {"protocolVersion": LEGACY, "capabilities": {}}
    body = request("initialize", {**params, "clientInfo": {"name": name, "version": "1"}})
    async with AsgiRequest(app, body, {"Accept": BOTH}) as exchange:
        await exchange.rest()
    return {"Mcp-Session-Id": exchange.headers["mcp-session-id"], "MCP-Protocol-Version": LEGACY}


async def cancel(app, request_id, headers):
    note = {"jsonrpc": "2.0", "method": "notifications/cancelled"}
    body = note | {"params": {"requestId": request_id, "reason": "no longer wanted"}}
    async with AsgiRequest(app, body, {"Accept": BOTH, **headers}) as exchange:
        await exchange.rest()
    return exchange.status


def call_in_session(app, headers, request_id, accept=BOTH):
    body = request("tools/call", {"name": "wait", "arguments": {}}, request_id)
    return AsgiRequest(app, body, {"Accept": accept, **headers})


@pytest.mark.parametrize("accept", [BOTH, "application/json"])
@pytest.mark.parametrize("request_id", [7, "seven"])
async def test_a_legacy_client_cancels_a_call_by_its_id_and_gets_no_answer(app, accept, request_id):
    session = await begin_session(app)
    async with call_in_session(app, session, request_id, accept) as exchange:
        await asyncio.wait_for(stage.started.wait(), SECONDS)

        assert await cancel(app, request_id, session) == 202

        assert await exchange.rest() == b""
        assert exchange.status == 202
        assert stage.was_cancelled
    assert not len(open_calls.open_calls)


async def test_a_stream_that_has_begun_ends_without_an_answer_when_its_call_is_cancelled(app):
    session = await begin_session(app)
    params = {"name": "wait", "arguments": {}, "_meta": {"progressToken": "p"}}
    body = request("tools/call", params, 7)
    async with AsgiRequest(app, body, {"Accept": BOTH, **session}) as exchange:
        await exchange.chunk()

        await cancel(app, 7, session)

        assert await exchange.rest() == b""
        assert stage.was_cancelled


async def test_one_call_of_a_batch_is_cancelled_and_the_others_are_answered(app):
    session = await begin_session(app) | {"MCP-Protocol-Version": "2025-03-26"}
    batch = [
        request("tools/call", {"name": "wait", "arguments": {}}, 1),
        request("tools/call", {"name": "report_a_lot", "arguments": {}}, 2),
    ]
    async with AsgiRequest(app, batch, session) as exchange:
        await asyncio.wait_for(stage.started.wait(), SECONDS)

        await cancel(app, 1, session)

        (answer,) = orjson.loads(await exchange.rest())
    assert answer["id"] == 2
    assert stage.was_cancelled


async def test_nobody_cancels_a_call_of_another_session_or_another_request(app):
    mine, others = await begin_session(app), await begin_session(app, "another")
    unknown = {"MCP-Protocol-Version": LEGACY}
    async with call_in_session(app, mine, 7) as exchange:
        await asyncio.wait_for(stage.started.wait(), SECONDS)

        assert await cancel(app, 7, others) == 202
        assert await cancel(app, 7, unknown) == 202
        assert await cancel(app, 7, unknown | {"Mcp-Session-Id": "made up"}) == 404
        for another in ("7", 8, None, True, [7], {}, 7.5):
            await cancel(app, another, mine)
        stage.may_end.set()

        (answer,) = [orjson.loads(await exchange.rest())]
    assert text_of(answer) == "done"
    assert not stage.was_cancelled


def test_a_client_that_reads_nothing_has_few_notifications_kept_for_it_and_the_latest():
    outbox = streaming.Outbox()

    for number in range(10_000):
        outbox.put({"params": {"progress": number}})

    kept = [orjson.loads(event.message) for event in outbox.take()]
    assert len(kept) == streaming.MAX_WAITING
    assert kept[-1] == {"params": {"progress": 9_999}}


def test_a_client_that_left_has_nothing_kept_for_it():
    outbox = streaming.Outbox()
    outbox.put({"params": {"progress": 1}})

    outbox.close()
    outbox.put({"params": {"progress": 2}})

    assert outbox.take() == []


@pytest.mark.parametrize("is_modern", [True, False])
@pytest.mark.parametrize("token", ["token", None])
async def test_no_answer_is_larger_than_the_sdk_reads_as_an_event(app, is_modern, token):
    async with call(app, "say_a_lot", is_modern=is_modern, token=token) as exchange:
        body = (await exchange.rest()).decode()

    assert len(body) < 1_048_576
    answer = events_of(body)[-1] if token else orjson.loads(body)
    assert "of 3,000,000 characters" in text_of(answer)


async def test_the_answers_to_a_batch_are_together_no_larger_than_one(app):
    calls = [request("tools/call", {"name": "say_a_lot", "arguments": {}}, n) for n in range(50)]
    async with AsgiRequest(app, calls, {"MCP-Protocol-Version": "2025-03-26"}) as exchange:
        body = await exchange.rest()

    assert len(body) < 1_048_576
    answers = orjson.loads(body)
    assert [answer["id"] for answer in answers] == list(range(50))
    assert {answer["error"]["code"] for answer in answers if "error" in answer} == {413}


@pytest.mark.parametrize("is_modern", [True, False])
async def test_a_bug_in_a_handler_is_an_internal_error_that_says_nothing(app, is_modern, caplog):
    async with call(app, "fail", is_modern=is_modern) as exchange:
        body = await exchange.rest()

    assert f'"code":{INTERNAL_ERROR}'.encode() in body
    assert b"secret" not in body


@pytest.mark.parametrize("is_modern", [True, False])
@pytest.mark.parametrize("accept", [BOTH, "application/json"])
async def test_a_result_that_cannot_be_written_down_is_an_internal_error(app, is_modern, accept):
    async with call(app, "return_nonsense", is_modern=is_modern, accept=accept) as exchange:
        body = await exchange.rest()

    assert f'"code":{INTERNAL_ERROR}'.encode() in body
    assert exchange.headers["content-type"] == "application/json"
