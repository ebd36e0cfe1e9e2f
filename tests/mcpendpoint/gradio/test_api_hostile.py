"""Apps whose own API answers in every way but the right one; test_api_calls.py has real ones."""

import asyncio
import json

import pytest

from mcpendpoint.gradio.api_endpoint import ApiEndpoint
from mcpendpoint.gradio.api_schema import condense, parse_api
from mcpendpoint.gradio.calling import call_tool
from mcpendpoint.gradio.errors import SpaceDown, SpaceError
from mcpendpoint.gradio.schema import NotASchema
from tests.mcpendpoint.gradio.scripted_space import Answer, scripted_space

JSON = "application/json"
ENDPOINT = ApiEndpoint("draw", ("prompt",), index=3)
REPLICA = {"X-Proxied-Replica": "uxm7fnh3-hqx78"}
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
async def space():
    async with scripted_space() as space:
        yield space


@pytest.fixture
def call(space):
    async def call(*, token=None, endpoint=ENDPOINT):
        return await call_tool(
            space.info,
            endpoint.name,
            {"prompt": "a fox"},
            token=token,
            include_images=True,
            report_progress=None,
            api=endpoint,
        )

    return call


def joined(**headers):
    return Answer(b'{"event_id": "e1"}', kind=JSON, headers=headers)


def told(*messages):
    return Answer(b"".join(f"data: {json.dumps(each)}\n\n".encode() for each in messages))


def completed(*data, success=True, **output):
    return {
        "msg": "process_completed",
        "success": success,
        "output": {"data": list(data), **output},
    }


async def test_a_call_is_a_place_in_the_queue_and_what_is_told_of_it(space, call):
    space.answers = [joined(), told({"msg": "heartbeat"}, completed("done"))]

    assert (await call()).content[0].text == "done"

    join, data = space.asked
    session = join.message["session_hash"]
    assert (join.path, join.message["data"]) == ("/gradio_api/call/draw", ["a fox"])
    assert data.path == f"/gradio_api/queue/data?session_hash={session}"


async def test_no_two_calls_share_a_session(space, call):
    space.answers = [joined(), told(completed("1")), joined(), told(completed("2"))]

    await call()
    await call()

    assert space.asked[0].message["session_hash"] != space.asked[2].message["session_hash"]


async def test_the_queue_is_asked_at_the_replica_that_took_the_call(space, call):
    space.answers = [joined(**REPLICA), told(completed("done"))]

    await call()

    assert space.asked[1].path.startswith("/--replicas/hqx78/gradio_api/queue/data?")


async def test_the_token_goes_to_the_proxy_of_the_space_and_not_for_its_pictures(space, call):
    address = f"{space.info.url}/gradio_api/file=/tmp/a.png"
    picture = {"path": "/tmp/a.png", "url": address, "meta": {"_type": "gradio.FileData"}}
    space.answers = [joined(), told(completed(picture)), Answer(PNG, kind="image/png")]

    await call(token="hf_mine")

    tokens = [asked.headers.get("x-hf-authorization") for asked in space.asked]
    assert tokens == ["Bearer hf_mine", "Bearer hf_mine", None]
    assert all("authorization" not in asked.headers for asked in space.asked)


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:9/gradio_api/file=/a.png", "file:///etc/passwd", "//other/a.png"],
)
async def test_no_picture_is_fetched_from_elsewhere(space, call, url):
    picture = {"path": "/tmp/a.png", "url": url, "meta": {"_type": "gradio.FileData"}}
    space.answers = [joined(), told(completed(picture)), Answer(b"<html>")]

    result = await call()

    assert [block.type for block in result.content] == ["text"]
    assert all(asked.path.startswith("/gradio_api/") for asked in space.asked)


async def test_what_is_no_picture_is_told_by_its_address(space, call):
    picture = {"path": "/tmp/a.png", "url": None, "meta": {"_type": "gradio.FileData"}}
    space.answers = [joined(), told(completed(picture)), Answer(b"<html>", kind="image/png")]

    (block,) = (await call()).content

    assert block.text == f"Image URL: {space.info.url}/gradio_api/file=/tmp/a.png"


async def test_outputs_that_are_the_servers_own_are_not_told(space, call):
    endpoint = ApiEndpoint("draw", ("prompt",), slots=(True, False), hidden=frozenset({1}))
    space.answers = [joined(), told(completed("done", None))]

    result = await call(endpoint=endpoint)

    assert space.asked[0].message["data"] == ["a fox", None]
    assert [block.text for block in result.content] == ["done"]


async def test_a_failure_without_words_is_one_all_the_same(space, call):
    space.answers = [joined(), told(completed(success=False))]

    result = await call()

    assert result.is_error
    assert "does not show why" in result.content[0].text


async def test_a_full_queue_is_no_sign_of_a_space_that_is_down(space, call):
    body = b'{"detail": "Queue is full. Max size is 1 and size is 1."}'
    space.answers = [Answer(body, status=503, kind=JSON)]

    with pytest.raises(SpaceError, match="queue of the Space acme/maker is full") as failure:
        await call()

    assert failure.value.is_retryable
    assert not isinstance(failure.value, SpaceDown)


async def test_a_refusal_is_in_the_apps_own_words(space, call):
    body = b'{"detail": "Prompt is too rude."}'
    space.answers = [Answer(body, status=400, kind=JSON)]

    result = await call()

    assert result.is_error
    assert result.content[0].text == "Prompt is too rude."


@pytest.mark.parametrize(
    "answers",
    [
        [Answer(b"{}", kind=JSON)],
        [Answer(b'{"event_id": 7}', kind=JSON)],
        [Answer(b"<html>", kind="text/html")],
        [joined(), told()],
        [joined(), told({"msg": "unexpected_error", "message": "404: Not Found"})],
        [joined(), told({"msg": "process_completed", "success": True, "output": {}})],
        [joined(), told({"msg": "process_completed", "success": True, "output": "x"})],
        [joined(), Answer(b"data: [1]\n\n")],
        [joined(), Answer(b"data: {\n\n")],
        [joined(), Answer(b"", status=404)],
        [joined(), told(*[{"msg": "log"}] * 20_001)],
    ],
)
async def test_what_is_no_answer_is_an_error_that_says_so(space, call, answers):
    space.answers = answers

    with pytest.raises(SpaceError, match="gave an unusable answer"):
        await call()


async def test_a_call_that_is_given_up_is_cancelled_at_the_app(space, call):
    space.answers = [joined(), Answer(stays_open=True), Answer(b"{}", kind=JSON)]

    calling = asyncio.create_task(call())
    while len(space.asked) < 2:
        space.was_asked.clear()
        await space.was_asked.wait()
    calling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await calling
    space.was_asked.clear()
    await asyncio.wait_for(space.was_asked.wait(), 10)

    cancel = space.asked[2]
    session = space.asked[0].message["session_hash"]
    assert cancel.path == "/gradio_api/cancel"
    assert cancel.message == {"session_hash": session, "fn_index": 3, "event_id": "e1"}


def parsed(*parameters, config=None):
    info = {"named_endpoints": {"/draw": {"parameters": list(parameters), "returns": []}}}
    return parse_api(condense(info, config))


@pytest.mark.parametrize("info", [None, [], {}, {"named_endpoints": []}])
def test_what_names_no_functions_is_no_api(info):
    with pytest.raises(NotASchema):
        condense(info, None)


@pytest.mark.parametrize(
    "config",
    [
        None,
        [],
        {"components": 1, "dependencies": 2},
        {"components": [{"id": {}}], "dependencies": [{"id": "x", "api_name": "draw"}]},
        {"components": [None], "dependencies": [{"id": 1, "api_name": "draw", "inputs": "abc"}]},
    ],
)
def test_an_odd_config_costs_no_tool(config):
    (tool,) = parsed({"parameter_name": "x", "type": {"type": "string"}}, config=config).tools

    assert tool.api.in_order({"x": 1}) == [1]


def test_parameters_without_names_or_types_have_some_here():
    (tool,) = parsed({"label": "What to draw"}, {"parameter_name": "n", "type": {}}).tools

    assert list(tool.input_schema["properties"]) == ["param_0", "n"]
    assert "What to draw" in tool.input_schema["properties"]["param_0"]["description"]


def test_what_is_left_out_has_its_default():
    kind = {"type": "number"}
    given = {"parameter_name": "b", "parameter_has_default": True, "parameter_default": 2}
    (tool,) = parsed({"parameter_name": "a", "type": kind}, {**given, "type": kind}).tools

    assert tool.input_schema["required"] == ["a"]
    assert tool.api.in_order({"a": 1}) == [1, 2]


def test_a_schema_that_cannot_be_one_costs_that_tool_only():
    info = {
        "named_endpoints": {
            "/odd": {"parameters": [{"parameter_name": "x", "type": 7}]},
            "/none": 7,
            "/draw": {"parameters": "none"},
        }
    }

    schema = parse_api(condense(info, None))

    assert [tool.name for tool in schema.tools] == ["draw"]
    assert len(schema.rejected) == 1
