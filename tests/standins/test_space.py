"""The stand-in Space is a real Gradio app: the official client lists and calls its tools."""

from base64 import b64decode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from typing import Any

import httpx
import httpx2
import pytest
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client

from tests.standins.serve import Running

ALICE_ID = sha256(b"alice").hexdigest()[:24]


@asynccontextmanager
async def connect(
    space: Running, subdomain: str = "acme-image-maker", token: str | None = None
) -> AsyncIterator[Client]:
    headers = {"X-HF-Authorization": f"Bearer {token}"} if token else {}
    url = f"{space.url}/s/{subdomain}/gradio_api/mcp/"
    async with (
        httpx2.AsyncClient(headers=headers, trust_env=False, timeout=30) as http_client,
        Client(streamable_http_client(url, http_client=http_client), mode="legacy") as client,
    ):
        yield client


async def call(space: Running, tool: str, arguments: dict[str, Any], **kwargs: Any) -> Any:
    async with connect(space, **kwargs) as client:
        return await client.call_tool(tool, arguments)


def schema(space: Running, subdomain: str, **headers: str) -> httpx.Response:
    url = f"{space.url}/s/{subdomain}/gradio_api/mcp/schema"
    return httpx.get(url, headers=headers, timeout=1)


def content_type_of(url: str) -> str:
    return httpx.get(url).headers["content-type"]


async def test_lists_the_same_tools_as_its_schema(space: Running):
    async with connect(space) as client:
        listed = {tool.name for tool in (await client.list_tools()).tools}

    told = [*schema(space, "acme-image-maker").json(), *schema(space, "acme-weather").json()]
    assert listed == {tool["name"] for tool in told}
    assert listed >= {"greet", "make_image", "slow_count", "describe_file", "plan_trip", "fail"}


async def test_answers_with_text(space: Running):
    result = await call(space, "greet", {"name": "Ada", "excited": True})

    assert result.content[0].text == "Hello, Ada!"


async def test_answers_with_a_picture_and_where_to_get_it(space: Running):
    result = await call(space, "make_image", {"prompt": "cat", "width": 32})

    picture, address = result.content
    url = address.text.removeprefix("Image URL: ")
    assert b64decode(picture.data).startswith(b"\x89PNG")
    assert url.startswith(f"{space.url}/s/acme-image-maker/")
    assert content_type_of(url) == "image/png"


async def test_reports_progress(space: Running):
    messages = []

    async def note(progress: float, total: float | None, message: str | None) -> None:
        messages.append(message)

    async with connect(space) as client:
        await client.call_tool("slow_count", {"seconds": 1}, progress_callback=note)

    assert any("of 5" in message for message in messages if message)


async def test_takes_nested_arguments_and_choices(space: Running):
    options = {"days": 3, "places": [{"name": "Paris"}, {"name": "Lyon"}]}

    result = await call(space, "plan_trip", {"options": options, "style": "busy"})

    assert result.content[0].text == "A busy trip of 3 days to Paris, Lyon"


async def test_takes_a_file(space: Running):
    result = await call(space, "describe_file", {"file": "data:text/plain;base64,aGVsbG8="})

    assert result.content[0].text == "5 bytes, beginning with b'hello'"


async def test_tells_what_went_wrong(space: Running):
    result = await call(space, "fail", {"message": "out of paint"})

    assert result.is_error
    assert "out of paint" in result.content[0].text


async def test_knows_whose_token_was_forwarded(space: Running):
    with_token = await call(space, "whoami", {}, token="hf_alice")
    without_token = await call(space, "whoami", {})

    assert with_token.content[0].text == ALICE_ID
    assert without_token.content[0].text == "nobody"


@pytest.mark.parametrize("token", ["hf_alice", "hf_oauth_alice_1a2b"])
async def test_private_space_is_there_for_its_owner_only(space: Running, token: str):
    result = await call(space, "whoami", {}, subdomain="alice-private-space", token=token)

    assert result.content[0].text == ALICE_ID
    assert schema(space, "alice-private-space").status_code == 404
    assert schema(space, "alice-private-space", authorization="Bearer hf_bob").status_code == 404


def test_plays_spaces_that_do_not_work(space: Running):
    assert schema(space, "acme-asleep").status_code == 503
    assert schema(space, "acme-broken").status_code == 500
    assert schema(space, "acme-nothing").status_code == 404
    with pytest.raises(httpx.ReadTimeout):
        schema(space, "acme-slow")


def test_plays_a_space_with_malformed_tools(space: Running):
    *malformed, good = schema(space, "acme-bad-schema").json()

    assert good["name"] == "greet"
    assert len(malformed) == 3


def test_plays_an_old_gradio_whose_schema_is_an_object(space: Running):
    assert schema(space, "acme-old-gradio").json()["greet"]["required"] == ["name"]


def test_logs_digests_of_tokens(space: Running):
    schema(space, "acme-asleep", **{"x-hf-authorization": "Bearer hf_bob"})

    entries = httpx.get(f"{space.url}/_log").json()

    assert {
        "subdomain": "acme-asleep",
        "method": "GET",
        "path": "/gradio_api/mcp/schema",
        "x-hf-authorization": sha256(b"hf_bob").hexdigest(),
        "authorization": None,
    } in entries
    assert "hf_bob" not in str(entries)
