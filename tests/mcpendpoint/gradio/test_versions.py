"""Real apps of Gradio's versions, each in an environment of its own, called as the product does."""

import asyncio
import json
import subprocess

import httpx
import pytest
from jsonschema import Draft202012Validator

from mcpendpoint.gradio.calling import call_tool
from mcpendpoint.gradio.discovery import SpaceInfo, find_tools
from mcpendpoint.gradio.schema import parse_schema
from mcpendpoint.protocol.portable_tools import fault_of_schema
from mcpendpoint.tools.definition import definition
from mcpendpoint.tools.registry import TOOLS
from tests.needs import need
from tests.standins.serve import ROOT, start_command
from tests.virtualenvs import GRADIOS, OFFLINE, SCHEMA_CLIENTS, USUAL


@pytest.fixture(scope="module", params=GRADIOS)
def app(request):
    """Where an app of each version runs; of the usual versions only, but with --all-gradio."""
    version = request.param
    if version not in USUAL and not request.config.getoption("--all-gradio"):
        pytest.skip("only with --all-gradio")
    environment = GRADIOS[version]
    need(
        environment.is_installed, f"Gradio {version} is not installed (python -m tests.virtualenvs)"
    )
    command = [str(environment.python), "-m", "tests.standins.space.components"]
    with start_command(command, env=OFFLINE) as running:
        assert running.ready["version"].startswith(version)
        yield SpaceInfo(
            f"acme/of-{version}", running.url, "page", is_private=False, stage="RUNNING"
        )


@pytest.fixture
async def schema(app):
    return (await find_tools(app, None)).value


@pytest.fixture
def call(app, schema):
    async def call(name, *arguments, report_progress=None):
        (tool,) = [tool for tool in schema.tools if tool.name == name]
        names = [tool.argument_names.get(own, own) for own in tool.input_schema["properties"]]
        return await call_tool(
            app,
            tool.own_name,
            dict(zip(names, arguments, strict=False)),
            token=None,
            include_images=True,
            report_progress=report_progress,
        )

    return call


async def test_every_tool_is_such_as_every_client_takes(schema):
    assert len(schema.tools) > 20
    for tool in schema.tools:
        Draft202012Validator.check_schema(tool.input_schema)
        assert fault_of_schema(tool.input_schema) is None
        assert "upload_file_to_gradio" not in tool.description


async def test_nothing_is_left_out_but_functions_without_a_name(schema):
    assert len(schema.rejected) == 1
    assert "lambda" in schema.rejected[0]


async def test_fingerprints_are_those_of_what_the_space_itself_says(app, schema):
    document = (await ask(app, "/gradio_api/mcp/schema")).json()

    alone = {tool.name: tool.pin for tool in parse_schema(document).tools}

    assert {tool.name: tool.pin for tool in schema.tools} == alone


async def test_what_is_required_is_known_in_every_version(by_function):
    required = {
        name: by_function[name].input_schema.get("required", [])
        for name in ("shout", "join", "many_files", "dataframe")
    }

    assert required == {
        "shout": ["text"],
        "join": ["first"],
        "many_files": ["value"],
        "dataframe": [],
    }


async def test_which_files_are_taken_is_known_in_every_version(by_function):
    taken = {
        name: dict(takes_of(by_function[name].file_places))
        for name in ("image", "audio", "table_file", "one_file", "gallery", "image_editor")
    }

    assert taken == {
        "image": {"value": ("image",)},
        "audio": {"value": ("audio",)},
        "table_file": {"value": (".csv", ".json")},
        "one_file": {"value": ()},
        "gallery": {"value.*.image": ("image",), "value.*.video": ("video",)},
        "image_editor": {
            "value.background": ("image",),
            "value.layers.*": ("image",),
            "value.composite": ("image",),
        },
    }
    video = dict(takes_of(by_function["video"].file_places))
    assert ("video",) in video.values()


def takes_of(places, path=()):
    if places.is_file:
        yield ".".join(path), places.takes
    for name, place in places.properties.items():
        yield from takes_of(place, (*path, name))
    if places.items:
        yield from takes_of(places.items, (*path, "*"))


@pytest.fixture
async def by_function(app, schema):
    """The tools by the functions that they are of, which are called otherwise in some versions."""
    named = (await ask(app, "/gradio_api/info")).json()["named_endpoints"]
    document = (await ask(app, "/gradio_api/mcp/schema")).json()
    own_names = [tool["name"] for tool in document] if isinstance(document, list) else document
    functions = dict(zip(own_names, named, strict=True))
    return {functions[tool.own_name].strip("/"): tool for tool in schema.tools}


PICTURE = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkAAIAAAoAAv/lx"
    "KUAAAAASUVORK5CYII="
)
OF_5 = ("5.28", "5.38", "5.50")
GIVEN = {
    "many_files": [PICTURE, PICTURE],
    "gallery": [{"image": PICTURE, "caption": "x"}],
    "image_editor": {"background": PICTURE, "layers": [], "composite": PICTURE},
    "multimodal": {"text": "hello", "files": [PICTURE]},
    "json": {"a": [1]},
    "highlighted_text": [{"token": "a", "class_or_confidence": "b"}],
}
"""What Gradio's MCP server refuses, whatever is given."""


@pytest.mark.parametrize("name", [*GIVEN, "chat", "add"])
async def test_what_its_mcp_server_cannot_run_is_run_by_gradios_own_api(app, by_function, name):
    tool = by_function[name]
    words = "hello" if app.space_id.endswith(OF_5) else [{"type": "text", "text": "hello"}]
    others = {"number": 1} if name == "add" else {"value": [{"role": "user", "content": words}]}
    given = {"value": GIVEN[name]} if name in GIVEN else others

    by_mcp = await run(app, tool, given, api=None)
    result = await run(app, tool, given, api=tool.api)

    assert by_mcp.is_error  # once it is not, `mcp_faults` says too much
    assert not result.is_error
    assert result.content


def run(app, tool, given, **others):
    return call_tool(
        app,
        tool.own_name,
        given,
        token=None,
        include_images=True,
        report_progress=None,
        **others,
    )


async def test_what_its_mcp_server_runs_is_left_to_it(by_function):
    by_api = {name for name, tool in by_function.items() if tool.api}

    assert not by_api & {"one_file", "measure", "audio", "dataframe", "dropdown", "shout", "draw"}


async def test_a_header_arrives_by_either_way(app, by_function):
    if app.space_id.endswith("5.28"):
        pytest.skip("Gradio has headers since 5.38")
    given_headers = {"x-api-key": "secret"}
    told = [
        (await run(app, by_function[name], given, given_headers=given_headers, api=api))
        for name, given, api in (
            ("with_header", {"text": "a"}, None),
            ("with_header_and_json", {"value": {}}, by_function["with_header_and_json"].api),
        )
    ]

    assert by_function["with_header_and_json"].headers == ("x-api-key",)
    assert [result.content[0].text for result in told] == ["a secret", "{} secret"]


async def ask(app, path):
    async with httpx.AsyncClient(trust_env=False) as client:
        return await client.get(f"{app.url}{path}", timeout=30)


async def test_an_older_server_that_checks_nothing_keeps_its_tools():
    schema = parse_schema([tool_of("json", {"type": {}}), tool_of("text", {"type": "string"})])

    assert [tool.is_checkable for tool in schema.tools] == [False, True]
    kept = schema.without_uncheckable()
    assert [tool.name for tool in kept.tools] == ["text"]
    assert "json" in kept.rejected[0]


def tool_of(name, value):
    return {"name": name, "inputSchema": {"type": "object", "properties": {"value": value}}}


async def test_tool_is_called(call):
    result = await call("shout", "hello")

    assert [block.text for block in result.content] == ["HELLO"]
    assert not result.is_error


async def test_error_is_a_result_that_says_so(call):
    result = await call("fail", "out of paint")

    assert result.is_error
    assert "out of paint" in result.content[0].text


async def test_tool_that_returns_nothing_is_done(call):
    result = await call("nothing", "x")

    assert not result.is_error
    assert result.content


async def test_progress_is_wanted_and_the_answer_comes(call):
    async def report(progress, total, message):
        pass

    result = await call("count", 0.3, report_progress=report)

    assert [block.text for block in result.content] == ["1 2 3"]


async def test_clients_that_make_types_of_schemas_take_all_tools(schema, request):
    if not request.config.getoption("--all-gradio"):
        pytest.skip("only with --all-gradio")
    need(SCHEMA_CLIENTS.is_installed, "the clients are not installed (python -m tests.virtualenvs)")
    listed = [
        {"name": tool.name, "description": tool.description, "inputSchema": tool.input_schema}
        for tool in schema.tools
    ]
    listed += [
        {"name": tool.name, "description": "", "inputSchema": definition(tool).input_schema}
        for tool in TOOLS
    ]

    refused = await asyncio.to_thread(
        subprocess.run,
        [SCHEMA_CLIENTS.python, "-m", "tests.standins.space.clients"],
        input=json.dumps(listed),
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )

    assert refused.stdout == ""
