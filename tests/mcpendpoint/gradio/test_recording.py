"""Admins see which Spaces are called, but none that not everybody may know of."""

import orjson
import pytest

from accounts.space_prefixes import url_space_prefix
from mcpendpoint.access.selection import Selection
from mcpendpoint.access.who import Caller, Credential
from mcpendpoint.gradio.uris import uri_here
from mcpendpoint.protocol import records
from mcpendpoint.protocol.records import Outcome, Reason
from mcpendpoint.serving.context import RequestContext
from tests.mcpendpoint.in_process import Visitor
from tests.mcpendpoint.wire import request

PRIVATE = "alice/private-space"


@pytest.fixture
async def recorded(spaces, monkeypatch, db):
    """Call a tool of a Space that the URL names; return what is recorded of that."""
    heard = []
    monkeypatch.setattr("mcpendpoint.protocol.records._listeners", [])
    records.listen(heard.append)

    async def call(space_id, tool="whoami", token=None, method="tools/call"):
        visitor = Visitor("192.0.2.7", token, path=f"/mcp?gradio={space_id}")
        name = url_space_prefix(space_id) + tool
        uri = uri_here(url_space_prefix(space_id), "ui://widget/app.html")
        params = {"uri": uri} if method == "resources/read" else {"name": name, "arguments": {}}
        await visitor.send(request(method, params))
        (record,) = heard
        return record

    return call


@pytest.mark.parametrize("space_id", ["acme/parts", "acme/asleep"])
async def test_a_view_is_recorded_as_read_of_its_space(recorded, space_id):
    record = await recorded(space_id, method="resources/read")

    assert (record.method, record.space_id, record.tool) == ("resources/read", space_id, "")


async def test_a_view_of_a_private_space_is_recorded_without_its_name(recorded):
    assert (await recorded(PRIVATE, method="resources/read")).space_id == "private"


@pytest.mark.parametrize("space_id", ["acme/image-maker", "acme/asleep"])
async def test_a_space_that_everybody_may_see_is_named(recorded, space_id):
    assert (await recorded(space_id)).space_id == space_id


@pytest.mark.parametrize("token", ["hf_alice", "hf_bob", None])
async def test_a_private_space_is_not_whoever_calls_it(recorded, token):
    assert (await recorded(PRIVATE, token=token)).space_id == "private"


async def test_a_private_space_is_not_when_it_has_no_such_tool(recorded):
    assert (await recorded(PRIVATE, "nonsense", "hf_alice")).space_id == "private"


async def test_a_private_space_is_not_when_it_does_not_run(recorded, break_hub):
    about = {"id": PRIVATE, "private": True, "sdk": "gradio", "subdomain": "alice-private-space"}
    body = orjson.dumps({**about, "runtime": {"stage": "PAUSED"}}).decode()
    break_hub(path=PRIVATE, status=200, body=body)

    assert (await recorded(PRIVATE, token="hf_alice")).space_id == "private"


async def test_a_space_that_does_not_exist_is_not(recorded):
    assert (await recorded("anything/one-may-type")).space_id == "private"


@pytest.mark.parametrize("space_id", ["acme/image-maker", "acme/demo"])
async def test_a_space_that_nobody_added_is_named_as_others_are(spaces, db, space_id):
    context = RequestContext(Caller(Credential.ANONYMOUS), Selection((), (), True), None)

    greet = (await context.spaces.look(space_id)).tool("greet")

    result = await context.spaces.run(space_id, greet, {"name": "Ada"})

    assert result.content[0].text == "Hello, Ada."
    assert context.space_label == space_id


@pytest.mark.parametrize(
    ("space_id", "tool", "reason"),
    [
        ("acme/paused", "whoami", Reason.SPACE_ASLEEP),
        ("acme/broken", "whoami", Reason.SPACE_ERROR),
        ("acme/none", "whoami", Reason.NOT_FOUND),
        ("acme/image-maker", "nonsense", Reason.NOT_FOUND),
        ("acme/image-maker", "fail", Reason.INVALID_ARGUMENTS),
    ],
)
async def test_why_a_call_of_a_space_did_not_go_well(recorded, space_id, tool, reason):
    record = await recorded(space_id, tool)

    assert (record.reason, record.outcome) == (reason, Outcome.TOOL_ERROR)
