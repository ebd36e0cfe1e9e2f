"""Real apps of Gradio's versions, each in an environment of its own, called as the product does."""

import asyncio
import json
import subprocess

import httpx
import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

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


async def test_only_what_cannot_be_offered_is_left_out_with_the_reason(schema):
    reasons = [
        reason for reason in schema.rejected if "header" not in reason and "lambda" not in reason
    ]
    assert len(reasons) == 1
    assert "the Space refuses every call of it" in reasons[0]


async def test_what_is_left_out_is_what_the_space_itself_refuses(app, schema):
    """Its `mcp` checks arguments by the schema that Gradio made, with jsonschema."""
    document = (await ask(app, "/gradio_api/mcp/schema")).json()
    raw = (
        {tool["name"]: tool["inputSchema"] for tool in document}
        if isinstance(document, list)
        else document
    )
    invalid = {name for name, told in raw.items() if not is_valid(told)}
    offered = {tool.own_name for tool in schema.tools}

    assert len(invalid) == 1
    assert not invalid & offered
    for name in invalid:
        result = await call_tool(
            app, name, {}, token=None, include_images=True, report_progress=None
        )
        assert result.is_error
        assert "metaschema" in result.content[0].text


async def ask(app, path):
    async with httpx.AsyncClient(trust_env=False) as client:
        return await client.get(f"{app.url}{path}", timeout=30)


def is_valid(schema):
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError:
        return False
    return True


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
