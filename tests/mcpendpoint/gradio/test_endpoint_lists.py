"""What a Space's endpoint lists beside its schema, from a Space that says what a test wants."""

import asyncio
import json

import pytest

from mcpendpoint.gradio.discovery import find_tools, look_again
from mcpendpoint.gradio.endpoint_lists import MAX_LIST_BYTES
from mcpendpoint.gradio.errors import SpaceError
from tests.mcpendpoint.gradio.scripted_space import Answer, scripted_space

TOOL = {"name": "card", "description": "Show.", "inputSchema": {"type": "object"}}
RESOURCE = {"name": "view", "inputSchema": {"type": "object"}, "meta": {"mcp_type": "resource"}}
VIEW = {"uri": "ui://a/b", "name": "view", "mimeType": "text/html;profile=mcp-app"}
OTHER = {"uriTemplate": "text://{name}", "name": "text"}
META = {"ui": {"resourceUri": "ui://a/b"}}
WITH_META = {**TOOL, "_meta": META}


def as_json(value):
    return Answer(json.dumps(value).encode(), kind="application/json")


def listed(name, *entries):
    return as_json({"jsonrpc": "2.0", "id": 1, "result": {name: list(entries)}})


def failed(code):
    return as_json({"jsonrpc": "2.0", "id": 1, "error": {"code": code, "message": "no"}})


NO_LOGIN = Answer(b"", status=404)
NO_FUNCTIONS = as_json({})
"""Of /gradio_api/info and /config."""


def answers(schema, *lists):
    return [as_json(schema), NO_LOGIN, NO_FUNCTIONS, NO_FUNCTIONS, *lists]


@pytest.fixture
async def space():
    async with scripted_space() as running:
        yield running


async def test_tools_get_their_meta_and_resources_their_uris(space):
    space.answers = answers(
        [TOOL, RESOURCE],
        listed("tools", WITH_META),
        listed("resources", VIEW),
        listed("resourceTemplates", OTHER),
    )

    schema = (await find_tools(space.info, None)).value

    assert [tool.meta for tool in schema.tools] == [META]
    found = [(each.uri, each.is_template, each.mime_type) for each in schema.resources]
    assert found == [
        ("ui://a/b", False, "text/html;profile=mcp-app"),
        ("text://{name}", True, None),
    ]
    assert [asked.message["method"] for asked in space.asked if asked.method == "POST"] == [
        "tools/list",
        "resources/list",
        "resources/templates/list",
    ]


async def test_a_space_without_resources_is_asked_for_its_schema_only(space):
    space.answers = answers([TOOL])

    await find_tools(space.info, None)

    assert not any(asked.method == "POST" for asked in space.asked)


async def test_a_server_that_does_not_know_a_list_has_none(space):
    space.answers = answers([TOOL, RESOURCE], listed("tools", WITH_META), failed(-32601))

    schema = (await find_tools(space.info, None)).value

    assert schema.resources == ()
    assert [tool.meta for tool in schema.tools] == [META]


@pytest.mark.parametrize(
    "answer",
    [
        failed(-32603),
        Answer(b"", status=500),
        Answer(b"no json", kind="application/json"),
        as_json({"jsonrpc": "2.0", "id": 1, "result": {"tools": "none"}}),
        as_json({"jsonrpc": "2.0", "id": 1, "result": []}),
        Answer(b" " * (MAX_LIST_BYTES + 1), kind="application/json"),
    ],
    ids=["error", "status", "rubbish", "no list", "no object", "huge"],
)
async def test_a_list_that_fails_leaves_what_was_known_as_it_was(space, answer):
    space.answers = answers(
        [TOOL, RESOURCE],
        listed("tools", WITH_META),
        listed("resources", VIEW),
        listed("resourceTemplates"),
    )
    before = (await find_tools(space.info, None)).value

    space.answers = answers([TOOL, RESOURCE], answer)
    look_again(space.info.space_id, None)
    now = await find_tools(space.info, None)

    assert now.value is before
    assert "does not say what it has beside tools" in str(now.failure)


async def test_a_list_that_fails_at_first_is_a_failure(space):
    space.answers = answers([TOOL, RESOURCE], failed(-32603))

    with pytest.raises(SpaceError) as caught:
        await find_tools(space.info, None)

    assert caught.value.is_retryable


ODD = [
    {"uri": 7},
    {"uri": "no uri"},
    {"uri": "ui://a/b\u200b"},
    {"uri": "text://" + "x" * 5_000},
    {},
    {"uri": "ui://a/b", "mimeType": "text/html\r\nX: y", "name": ["a"], "description": 7},
    "text",
]


async def test_odd_resources_spoil_no_others(space):
    space.answers = answers(
        [TOOL, RESOURCE],
        listed("tools", "text", {"name": ["card"]}, {"name": "card", "_meta": "text"}),
        listed("resources", *ODD, *({"uri": f"n:{n}"} for n in range(500))),
        listed("resourceTemplates"),
    )

    schema = (await find_tools(space.info, None)).value

    assert [tool.meta for tool in schema.tools] == [{}]
    first, *others = schema.resources
    assert (first.uri, first.name, first.description, first.mime_type) == (
        "ui://a/b",
        "ui://a/b",
        "",
        None,
    )
    assert len(others) <= 99
    assert any("has no URI that clients take" in reason for reason in schema.rejected)


async def test_nothing_is_left_asked_of_an_app_that_tells_no_functions(space):
    is_lasting = Answer(b"{", kind="application/json", stays_open=True)
    space.answers = answers([TOOL])[:2] + [NO_LOGIN, is_lasting]

    await find_tools(space.info, None)

    async with asyncio.timeout(5):
        await space.was_left.wait()
