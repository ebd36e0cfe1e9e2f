"""Real apps without an MCP server, of Gradio's versions, called by Gradio's own API."""

import asyncio
import base64
import io
from dataclasses import replace

import httpx
import pytest
from PIL import Image

from mcpendpoint.gradio.calling import call_tool
from mcpendpoint.gradio.discovery import SpaceInfo, find_tools
from mcpendpoint.gradio.errors import SpaceError
from mcpendpoint.gradio.given_arguments import read_arguments
from mcpendpoint.protocol.portable_tools import fault_of_schema
from tests.needs import need
from tests.standins.serve import start_command
from tests.virtualenvs import GRADIOS, OFFLINE, USUAL

PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5E"
    "rkJggg=="
)
ENDS = 30


@pytest.fixture(scope="module", params=GRADIOS)
def running(request):
    """Where an app of each version runs, without an MCP server and with one."""
    version = request.param
    if version not in USUAL and not request.config.getoption("--all-gradio"):
        pytest.skip("only with --all-gradio")
    environment = GRADIOS[version]
    need(
        environment.is_installed, f"Gradio {version} is not installed (python -m tests.virtualenvs)"
    )
    command = [str(environment.python), "-m", "tests.standins.space.components"]
    with (
        start_command([*command, "--plain"], env=OFFLINE) as plain,
        start_command(command, env=OFFLINE) as other,
    ):
        yield plain.url, other.url


@pytest.fixture
def app(running):
    return info("acme/plain", running[0])


@pytest.fixture
def app_of_mcp(running):
    return info("acme/of-mcp", running[1])


def info(space_id, url):
    return SpaceInfo(space_id, url, "page", is_private=False, stage="RUNNING")


async def call(app, name, *given, report_progress=None, include_images=True, **arguments):
    tools = (await find_tools(app, None)).value.tools
    (tool,) = [tool for tool in tools if name == tool.name]
    arguments |= dict(zip(tool.input_schema["properties"], given, strict=False))
    arguments = read_arguments(tool.name, tool.input_schema, arguments)
    return await call_tool(
        app,
        tool.own_name,
        {tool.argument_names.get(key, key): value for key, value in arguments.items()},
        token=None,
        include_images=include_images,
        report_progress=report_progress,
        api=tool.api,
    )


def texts(result):
    return [block.text for block in result.content if block.type == "text"]


async def test_every_function_with_a_name_is_a_tool_that_every_client_takes(app):
    schema = (await find_tools(app, None)).value

    assert len(schema.tools) > 30
    assert all(tool.api is not None for tool in schema.tools)
    assert [fault for tool in schema.tools if (fault := fault_of_schema(tool.input_schema))] == []


async def test_functions_take_the_same_arguments_as_by_mcp(app, app_of_mcp):
    plain = {tool.name: tool for tool in (await find_tools(app, None)).value.tools}
    by_mcp = {tool.name: tool for tool in (await find_tools(app_of_mcp, None)).value.tools}

    for name in ("draw", "write", "describe", "spell", "work", "measure", "name_file", "shout"):
        assert kinds_in(plain[name]) == kinds_in(by_mcp[name])
        assert plain[name].file_places == by_mcp[name].file_places


def kinds_in(tool):
    return {name: each.get("type") for name, each in tool.input_schema["properties"].items()}


@pytest.mark.parametrize(("name", "given"), [("shout", ["hello"]), ("count", [0.1])])
async def test_result_is_the_one_that_a_call_by_mcp_brings(app, app_of_mcp, name, given):
    result = await call(app, name, *given)

    assert not result.is_error
    assert texts(result) == texts(await call(app_of_mcp, name, *given))


async def test_each_of_several_outputs_is_there(app):
    told = texts(await call(app, "describe", "hello"))

    assert told == ["hello", "5", "True", '{"text": "hello"}']


async def test_function_that_writes_bit_by_bit_is_told_at_its_end(app):
    assert texts(await call(app, "spell", "hello")) == ["hello"]


async def test_function_that_returns_nothing_is_done(app):
    assert texts(await call(app, "nothing", "x")) == ["Done. This tool returns nothing."]


@pytest.mark.parametrize(
    ("name", "given", "told"),
    [
        ("dropdown", "b", "'b'"),
        ("checkbox_group", ["x"], "['x']"),
        ("json", {"a": [1]}, "{'a': [1]}"),
    ],
)
async def test_values_of_components_arrive_as_they_were_given(app, name, given, told):
    assert texts(await call(app, name, given)) == [told]


async def test_picture_comes_itself_and_with_its_address(app, app_of_mcp):
    result = await call(app, "draw", "red")
    by_mcp = await call(app_of_mcp, "draw", "red")

    for each in (result, by_mcp):
        picture, address = each.content
        assert Image.open(io.BytesIO(base64.b64decode(picture.data))).size == (32, 16)
        assert address.text.startswith("Image URL: http")
    assert f"{app.url}/gradio_api/file=" in result.content[1].text


async def test_picture_is_not_fetched_for_who_wants_none(app):
    result = await call(app, "draw", "red", include_images=False)

    assert [block.type for block in result.content] == ["text"]


async def test_file_is_told_by_its_address(app, ask):
    (address,) = texts(await call(app, "write", "some words"))

    assert (await ask(address)).text == "some words"


@pytest.fixture
def ask():
    async def ask(url):
        async with httpx.AsyncClient(trust_env=False) as client:
            return await client.get(url, timeout=30)

    return ask


async def test_file_is_taken_by_its_address(app):
    (address,) = texts(await call(app, "write", "some words"))

    (told,) = texts(await call(app, "name_file", address))

    assert told.endswith(": 10")


async def test_file_is_taken_within_the_call(app):
    assert texts(await call(app, "measure", f"data:image/png;base64,{PIXEL}")) == ["1 x 1"]


async def test_files_in_a_list_are_taken(app):
    uri = f"data:image/png;base64,{PIXEL}"

    (told,) = texts(await call(app, "many_files", [uri, uri]))

    assert told.count("file.png") == 2


async def test_what_is_no_file_is_refused_before_anything_is_sent(app):
    with pytest.raises(SpaceError, match="is no file"):
        await call(app, "measure", "/etc/passwd")


async def test_error_is_a_result_in_the_apps_own_words(app):
    result = await call(app, "fail", "out of paint")

    assert result.is_error
    assert "out of paint" in texts(result)[0]


async def test_state_between_parameters_is_the_apps_and_begins_anew_with_each_call(app):
    assert texts(await call(app, "join", "one")) == ["one 7 two"]
    assert texts(await call(app, "join", "one", "three")) == ["one 7 three"]


async def test_progress_is_told_in_steps_that_rise(app):
    told = []

    async def report(progress, total, message):
        told.append((progress, message))

    result = await call(app, "count", 0.3, report_progress=report)

    assert texts(result) == ["1 2 3"]
    assert [progress for progress, _ in told] == sorted({progress for progress, _ in told})
    # The app's queue may leave steps out that come at once.
    assert "Counting: step 3 of 3" in [message for _, message in told]


async def test_place_in_a_long_queue_is_told(app):
    told = asyncio.Queue()

    async def report(progress, total, message):
        await told.put(message)

    working = asyncio.create_task(call(app, "work", 1.5, report_progress=report))
    while await told.get() != "Processing":
        pass
    waiting = asyncio.create_task(call(app, "work", 0, report_progress=report))
    async with asyncio.timeout(ENDS):
        while not (await told.get()).startswith("In queue. Position 1 out of 1."):
            pass
        assert texts(await working) == ["done"]
        assert texts(await waiting) == ["done"]


async def test_cancelled_call_is_ended_at_the_app(app):
    (before,) = texts(await call(app, "count_finished"))
    heard = asyncio.Event()

    async def report(progress, total, message):
        if message == "Processing":
            heard.set()

    working = asyncio.create_task(call(app, "work", ENDS, report_progress=report))
    await asyncio.wait_for(heard.wait(), ENDS)
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working

    # The next gets its turn long before the first would have ended.
    async with asyncio.timeout(ENDS / 2):
        assert texts(await call(app, "work", 0)) == ["done"]
    (after,) = texts(await call(app, "count_finished"))
    assert float(after) == float(before) + 1


async def test_function_that_is_gone_is_told_from_an_app_that_is_down(app):
    tools = (await find_tools(app, None)).value.tools
    api = next(tool.api for tool in tools if tool.name == "shout")

    with pytest.raises(SpaceError, match="Unknown tool: away"):
        await call_tool(
            app,
            "away",
            {},
            token=None,
            include_images=True,
            report_progress=None,
            api=replace(api, name="away"),
        )
