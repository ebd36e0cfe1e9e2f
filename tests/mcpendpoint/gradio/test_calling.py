"""Calls at Spaces that answer in every way but the right one. See test_spaces.py for real ones."""

import asyncio
import json

import pytest

from mcpendpoint.gradio.calling import call_tool
from mcpendpoint.gradio.errors import SpaceError
from tests.mcpendpoint.gradio.scripted_space import (
    Answer,
    event,
    progress,
    result,
    scripted_space,
)

JSON = "application/json"
ROOT = "/gradio_api/mcp/"
HTTP = "/gradio_api/mcp/http/"
EVERYWHERE = [ROOT, HTTP, "/gradio_api/mcp/sse"]


@pytest.fixture
async def space():
    async with scripted_space() as space:
        yield space


@pytest.fixture
def reported():
    return []


@pytest.fixture
def call(space, reported):
    async def report(*what):
        reported.append(what)

    async def call(*, token=None, include_images=True):
        return await call_tool(
            space.info,
            "predict",
            {"x": 1},
            token=token,
            include_images=include_images,
            report_progress=report,
        )

    return call


async def test_a_call_is_one_request_with_the_arguments_as_they_are(space, call):
    space.answers = [Answer(event(result("done")))]

    answer = await call()

    assert answer.content[0].text == "done"
    [asked] = space.asked
    assert (asked.method, asked.path) == ("POST", "/gradio_api/mcp/")
    assert asked.message["method"] == "tools/call"
    assert asked.message["params"]["name"] == "predict"
    assert asked.message["params"]["arguments"] == {"x": 1}


async def test_token_goes_into_the_header_that_no_app_sees(space, call):
    space.answers = [Answer(event(result()))]

    await call(token="hf_alice")

    assert space.asked[0].headers["x-hf-authorization"] == "Bearer hf_alice"
    assert "authorization" not in space.asked[0].headers


async def test_numbers_of_any_size_arrive_as_they_are(space):
    space.answers = [Answer(event(result()))]
    arguments = {"big": 10**40, "text": "\ud800"}

    await call_tool(
        space.info, "predict", arguments, token=None, include_images=True, report_progress=None
    )

    assert space.asked[0].message["params"]["arguments"] == arguments


async def test_nobody_sends_no_token(space, call):
    space.answers = [Answer(event(result()))]

    await call(token=None)

    assert "x-hf-authorization" not in space.asked[0].headers


async def test_token_that_would_break_the_header_is_not_sent(space, call):
    with pytest.raises(SpaceError):
        await call(token="hf_a\r\nX-Evil: 1")

    assert space.asked == []


async def test_answer_may_be_plain_json(space, call):
    space.answers = [Answer(json.dumps(result("plain")).encode(), kind=JSON)]

    assert (await call()).content[0].text == "plain"


async def test_progress_is_relayed_as_far_as_it_is_sane_and_grows(space, call, reported):
    messages = [
        progress(1, total=5, message="one"),
        progress(1, message="again"),
        progress(True),
        progress("2"),
        progress(None),
        {"jsonrpc": "2.0", "method": "notifications/progress", "params": "none"},
        {"jsonrpc": "2.0", "method": "notifications/message", "params": {"level": "info"}},
        {"jsonrpc": "2.0", "id": 9, "method": "sampling/createMessage", "params": {}},
        progress(2.5, message=7),
        progress(3, message="x" * 10_000),
    ]
    space.answers = [Answer(b"".join(map(event, [*messages, result()])))]

    await call()

    assert reported == [(1, 5, "one"), (2.5, None, None), (3, None, "x" * 500)]


@pytest.mark.parametrize(
    "answer",
    [
        Answer(b""),
        Answer(b"", kind=JSON),
        Answer(b"<html>Hello</html>", kind="text/html"),
        Answer(b"{not json", kind=JSON),
        Answer(b"[" * 5000, kind=JSON),
        Answer(b"7", kind=JSON),
        Answer(b'{"jsonrpc": "2.0", "id": 1}', kind=JSON),
        Answer(event({**result(), "id": 2})),
        Answer(event(progress(1))),
        Answer(b"data: {not json\n\n"),
        Answer(b"data: 7\n\n"),
        Answer(event({"jsonrpc": "2.0", "id": 1, "result": {}})),
        Answer(event({"jsonrpc": "2.0", "id": 1, "result": "text"})),
        Answer(event({"jsonrpc": "2.0", "id": 1, "result": {"content": "text"}})),
        Answer(event({"jsonrpc": "2.0", "id": 1, "error": "text"})),
        Answer(event({"jsonrpc": "2.0", "id": 1, "error": None})),
        Answer(event(result()), headers={"Content-Encoding": "gzip"}),
        Answer(event(result()), headers={"Content-Length": "9999"}),
    ],
    ids=lambda answer: repr(answer.body[:40]),
)
async def test_answer_that_is_none_is_an_error_that_names_the_space(space, call, answer):
    space.answers = [answer]

    if "Content-Length" in answer.headers:
        # Cut off after the result: what is there is enough.
        assert (await call()).content[0].text == "done"
        return
    with pytest.raises(SpaceError, match="acme/maker"):
        await call()


async def test_answer_that_never_ends_is_cut_off(space, call):
    line = b"data: " + b"x" * 1_000_000 + b"\n"
    space.answers = [Answer(line * 30)]

    with pytest.raises(SpaceError, match="larger than 25 MB") as caught:
        await call()

    assert "starting" not in str(caught.value)
    assert not caught.value.is_retryable


@pytest.mark.parametrize(
    ("status", "is_retryable"),
    [(301, False), (307, False), (400, False), (401, False), (403, False), (404, False)]
    + [(413, False), (418, False), (429, True), (500, True), (503, True)],
)
async def test_status_of_http_becomes_an_error_that_names_the_space(
    space, call, status, is_retryable
):
    space.answers = [
        Answer(b"<h1>No</h1>", status, "text/html", {"Location": "http://127.0.0.1:9/elsewhere"})
    ]

    with pytest.raises(SpaceError, match="acme/maker") as caught:
        await call(token="hf_alice")

    assert caught.value.is_retryable is is_retryable
    assert [asked.path for asked in space.asked] == (EVERYWHERE if status == 404 else [ROOT])


async def test_too_many_calls_says_when_to_try_again(space, call):
    body = json.dumps({"error": "You have exceeded your GPU quota."}).encode()
    space.answers = [Answer(body, 429, JSON, {"Retry-After": "33"})]

    with pytest.raises(SpaceError, match="exceeded your GPU quota") as caught:
        await call()

    assert caught.value.retry_after_seconds == 33


async def test_refusal_of_the_call_keeps_the_reason_of_the_space(space, call):
    error = {"code": -32602, "message": "Invalid request parameters\n" + "x" * 5000}
    space.answers = [Answer(event({"jsonrpc": "2.0", "id": 1, "error": error}))]

    with pytest.raises(SpaceError, match="Invalid request parameters") as caught:
        await call()

    assert len(str(caught.value)) < 700


async def test_files_are_linked_on_the_replica_that_made_them(space, call):
    url = f"http://127.0.0.1:{space.port}"
    answer = Answer(event(result(f"Image URL: {url}/gradio_api/file=a.png")))
    answer.headers["X-Proxied-Replica"] = "uxm7fnh3-hqx78"
    space.answers = [answer]

    text = (await call()).content[0].text

    assert text == f"Image URL: {url}/--replicas/hqx78/gradio_api/file=a.png"


async def test_call_ends_at_its_deadline(space, call, settings):
    settings.MCP_CALL_TIMEOUT_SECONDS = 0.2
    space.answers = [Answer(event(progress(1)), stays_open=True)]

    with pytest.raises(SpaceError, match="did not finish") as caught:
        await call()

    assert caught.value.is_retryable
    await asyncio.wait_for(space.was_left.wait(), 5)


async def test_cancelled_call_closes_the_request(space, call):
    space.answers = [Answer(event(progress(1)), stays_open=True)]
    task = asyncio.create_task(call())
    await asyncio.wait_for(space.was_asked.wait(), 5)

    task.cancel()

    await asyncio.wait_for(space.was_left.wait(), 5)
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.parametrize(
    ("status", "message", "headers"),
    [
        (400, "Bad Request: Missing session ID", {}),
        (400, "Bad Request: Server not initialized", {}),
        (200, "Invalid request parameters", {"Mcp-Session-Id": "unused"}),
    ],
)
async def test_space_that_insists_on_a_session_gets_one_and_is_remembered(
    space, call, status, message, headers
):
    refusal = {"jsonrpc": "2.0", "id": 1, "error": {"code": -32600, "message": message}}
    hello = {"jsonrpc": "2.0", "id": 1, "result": {"protocolVersion": "2025-03-26"}}
    session = [
        Answer(event(hello), headers={"Mcp-Session-Id": "abc"}),
        Answer(b"", 202),
        Answer(event(result("done"))),
        Answer(b""),
    ]
    space.answers = [
        Answer(json.dumps(refusal).encode(), status, JSON, headers),
        *session,
        *session,
    ]

    first = await call(token="hf_alice")
    second = await call(token="hf_alice")

    assert first.content == second.content
    methods = [asked.message["method"] if asked.body else asked.method for asked in space.asked]
    in_session = ["initialize", "notifications/initialized", "tools/call", "DELETE"]
    assert methods == ["tools/call", *in_session, *in_session]
    assert [asked.headers.get("mcp-session-id") for asked in space.asked[1:5]] == [
        None,
        *["abc"] * 3,
    ]
    assert {asked.headers["x-hf-authorization"] for asked in space.asked} == {"Bearer hf_alice"}


async def test_space_that_refuses_a_session_too_is_an_error(space, call):
    refusal = {
        "jsonrpc": "2.0",
        "id": 1,
        "error": {"code": -32600, "message": "Missing session ID"},
    }
    space.answers = [Answer(json.dumps(refusal).encode(), 400, JSON)]

    with pytest.raises(SpaceError, match="session"):
        await call()


async def test_space_is_asked_for_progress_only_when_the_caller_wants_it(space, call):
    space.answers = [Answer(event(result()))]

    await call_tool(space.info, "x", {}, token=None, include_images=True, report_progress=None)
    await call()

    assert [asked.message["params"].get("_meta") for asked in space.asked] == [
        None,
        {"progressToken": 1},
    ]


async def test_where_a_space_takes_calls_is_found_out_once(space, call):
    space.answers = [Answer(b"Not Found", 404, "text/plain"), Answer(event(result("done")))]

    first = await call()
    second = await call()

    assert first.content[0].text == second.content[0].text == "done"
    assert [asked.path for asked in space.asked] == [ROOT, HTTP, HTTP]


def nothing():
    return Answer(event({"jsonrpc": "2.0", "id": 1, "result": {"content": [], "isError": False}}))


def api(**endpoints):
    return Answer(json.dumps({"named_endpoints": endpoints}).encode(), kind=JSON)


@pytest.mark.parametrize(
    "told",
    [
        api(**{"/predict": {"returns": [{"label": "Text"}]}, "/other": {"returns": []}}),
        api(),
        Answer(b"", 404),
        Answer(b"[]", kind=JSON),
    ],
    ids=["an output", "no such endpoint", "no API", "no object"],
)
async def test_empty_answer_of_a_tool_that_returns_something_is_an_error(space, call, told):
    space.answers = [nothing(), told]

    with pytest.raises(SpaceError, match="lost on the way") as caught:
        await call()

    assert caught.value.is_retryable


async def test_empty_answer_of_a_tool_that_returns_nothing_says_so(space, call):
    space.answers = [nothing(), api(**{"/predict": {"returns": []}})]

    answer = await call()

    assert not answer.is_error
    assert "returns nothing" in answer.content[0].text


async def test_a_stream_of_messages_that_say_nothing_is_left(space, call):
    space.answers = [Answer(event({"jsonrpc": "2.0", "method": "x"}) * 30_000, stays_open=True)]

    with pytest.raises(SpaceError, match="more than 20,000 messages"):
        await call()


async def test_an_answer_with_many_commas_in_a_text_is_read(space, call):
    table = "1,2,3\n" * 100_000
    space.answers = [Answer(event(result(table)))]

    answer = await call()

    assert answer.content[0].text.startswith(table[:1_000])
