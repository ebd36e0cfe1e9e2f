"""Files that ChatGPT gives by a short-lived URL: `openai/fileParams`."""

from dataclasses import dataclass

import jsonschema
import pytest

from accounts.space_prefixes import url_space_prefix
from mcpendpoint.files.models import StoredFile
from mcpendpoint.files.reading import content_of
from mcpendpoint.gradio.file_places import places_in
from mcpendpoint.gradio.listings import SpaceTool
from mcpendpoint.gradio.mending import mend_schema
from mcpendpoint.serving.context import FileForm
from mcpendpoint.serving.files_of_chatgpt import fetched
from mcpendpoint.tools.base import ToolError
from tests.accounts.conftest import make_user
from tests.live.people import sign_in
from tests.mcpendpoint.gradio.test_mending import FILE
from tests.mcpendpoint.tools.calling import Context
from tests.mcpendpoint.tools.test_upload_file import site
from tests.mcpendpoint.wire import (
    BOTH,
    LEGACY,
    META,
    Wire,
    message_of,
    modern,
    modern_headers,
    request,
)

__all__ = ["site"]

MAKER = "acme/image-maker"
DESCRIBE = f"{url_space_prefix(MAKER)}describe_file"
CHATGPT = {"name": "openai-mcp", "version": "1.0.0"}
PARAMS = "openai/fileParams"

SCHEMA = {
    "type": "object",
    "properties": {
        "photo": {**FILE, "title": "ImageData"},
        "many": {"type": "array", "items": FILE},
        "prompt": {"type": "string"},
    },
}
TOOL = SpaceTool(
    name="gr1_paint",
    space_id="acme/app",
    is_private=False,
    own_name="paint",
    upstream_name="paint",
    title="",
    description="",
    input_schema=mend_schema(SCHEMA).schema,
    meta={},
    file_places=places_in(SCHEMA),
)


@dataclass
class OfChatGpt(Context):
    file_form: FileForm = FileForm.OPENAI


@pytest.fixture
def alice(db):
    return make_user("alice-of-chatgpt")


def reference(url, **more):
    return {"download_url": url, "file_id": "file_1", **more}


@pytest.mark.django_db(transaction=True)
async def test_a_file_is_fetched_once_and_given_on_as_a_handle(alice, site):
    cat = reference(f"{site}/cat%20one.png", mime_type="image/png", file_name="my cat.png")

    filled = await fetched(
        TOOL, {"photo": cat, "many": [cat], "prompt": "x"}, OfChatGpt(user_id=alice.pk)
    )

    file = await StoredFile.objects.aget(user=alice)
    assert filled == {"photo": file.handle, "many": [file.handle], "prompt": "x"}
    assert (file.name, file.mime_type) == ("my cat.png", "image/png")
    assert await content_of(file) == b"PNG" * 1_000_000


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"photo": reference("http://example.org/x")}, "https://"),
        ({"photo": reference("https://10.0.0.1/x")}, "public address"),
        ({"photo": reference("data:,x")}, "https://"),
        ({"photo": {"file_id": "file_1"}}, "download_url"),
        ({"photo": reference("https://a.example/x", file_name="x.mp3")}, "takes a picture"),
        ({"photo": reference("https://10.0.0.1/x"), "prompt": {}}, "Invalid arguments"),
    ],
)
async def test_what_cannot_be_one_is_refused_before_it_is_kept(alice, given, said):
    with pytest.raises(ToolError, match=said):
        await fetched(TOOL, given, OfChatGpt(user_id=alice.pk))
    assert not await StoredFile.objects.aexists()


async def test_the_object_of_any_other_client_is_left_as_it_is():
    given = {"photo": reference("https://a.example/x")}

    assert await fetched(TOOL, given, OfChatGpt(file_form=FileForm.TEXT)) == given


def tool_for(url, token, client):
    """Return the tool as it is listed in both eras, where it is the same."""
    wire = Wire(url, token)
    hello = {"protocolVersion": LEGACY, "capabilities": {}, "clientInfo": client}
    session = wire.post(request("initialize", hello), {"Accept": BOTH}).headers["Mcp-Session-Id"]
    headers = {"MCP-Protocol-Version": LEGACY, "Accept": BOTH, "Mcp-Session-Id": session}
    legacy = message_of(wire.post(request("tools/list"), headers))["result"]["tools"]
    body = modern("tools/list", **{META + "clientInfo": client})
    listed = message_of(wire.post(body, modern_headers(body)))["result"]["tools"]
    (one,) = (tool for tool in legacy if tool["name"] == DESCRIBE)
    (other,) = (tool for tool in listed if tool["name"] == DESCRIBE)
    assert one == other
    return one


def test_chatgpt_is_told_which_parameters_are_files(product, space, new_user):
    person, stranger = new_user(), new_user()
    sign_in(product, person.token).close()
    url = f"{product.url}/mcp?gradio={MAKER}"

    tool = tool_for(url, person.token, CHATGPT)

    assert tool["_meta"][PARAMS] == ["file"]
    schema = tool["inputSchema"]["properties"]["file"]
    assert schema["type"] == "object"
    assert schema["properties"].keys() == {"download_url", "file_id", "mime_type", "file_name"}
    assert schema["required"] == ["download_url", "file_id"]
    jsonschema.Draft202012Validator.check_schema(tool["inputSchema"])
    for token, client in (
        (person.token, {"name": "other", "version": "1"}),
        (stranger.token, CHATGPT),
        (None, CHATGPT),
    ):
        other = tool_for(url, token, client)
        assert PARAMS not in other.get("_meta", {})
        assert other["inputSchema"]["properties"]["file"]["type"] == "string"
