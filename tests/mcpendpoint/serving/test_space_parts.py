"""What a Space has beside tools, as clients get it: a real Gradio app, over the wire."""

import base64
import re

import httpx2
import mcp
import pytest
from mcp.client.streamable_http import streamable_http_client

from mcpendpoint.protocol.apps import DECLARED, VIEW_TYPE
from tests import loopback
from tests.live.listening import listen
from tests.live.people import post_form
from tests.mcpendpoint.wire import META, message_of, modern, modern_headers

PARTS = "acme/parts"
HTMX = {"HX-Request": "true"}
SOURCE = {"hfmcp/source": f"space:{PARTS}"}
VIEW = "ui://gr1/widget/app.html"
OLD_VIEW = "ui://gr1/widget/old.html"


class Person:
    """Somebody who has the Space that offers more than tools."""

    def __init__(self, user, browser, wire):
        self.user, self.browser, self.wire = user, browser, wire

    def submit(self, name, **form):
        return post_form(self.browser, f"/settings/spaces/{name}/", {"space_id": PARTS, **form})

    def tick(self, *parts):
        answer = self.submit("parts", **{f"offers_{part}": "on" for part in parts})
        assert answer.status_code == 200
        return answer.text

    def ask(self, method, **params):
        return message_of(self.wire.modern(method, params))

    def names(self, method, kind, name="name"):
        return [
            entry[name]
            for entry in self.ask(method)["result"][kind]
            if entry.get("_meta", {}).get("hfmcp/source") == f"space:{PARTS}"
        ]

    def read(self, uri):
        return self.ask("resources/read", uri=uri)

    def with_views(self, method, params=None):
        body = modern(method, params, **{META + "clientCapabilities": DECLARED})
        return message_of(self.wire.post(body, modern_headers(body)))["result"]


@pytest.fixture
def person(settled_user, space, wire_of):
    user, browser = settled_user()
    made = Person(user, browser, wire_of("/mcp", user.token))
    made.submit("add")
    return made


def tool_of(listed, name):
    return next(tool for tool in listed["tools"] if tool["name"] == f"gr1_{name}")


def test_nothing_but_tools_is_offered_until_it_is_ticked(person):
    assert person.names("prompts/list", "prompts") == []
    assert person.names("resources/list", "resources", "uri") == []
    assert person.names("resources/templates/list", "resourceTemplates", "uriTemplate") == []
    assert "error" in person.ask("prompts/get", name="gr1_explain", arguments={"topic": "tides"})
    refused = person.read("gr1+text://motto")["error"]
    assert refused["data"]["reason"] == "HF_FS_NOT_FOUND"
    assert "not selected" in refused["message"]


def test_prompts_that_are_ticked_are_listed_under_the_prefix_of_the_space(person):
    assert "Tools and prompts of acme/parts are offered" in person.tick("prompts")

    listed = person.ask("prompts/list")["result"]["prompts"]
    explain = next(prompt for prompt in listed if prompt["name"] == "gr1_explain")

    assert person.names("prompts/list", "prompts") == ["gr1_explain", "gr1_advise"]
    assert explain["_meta"] == SOURCE
    assert "in its owner's words" in explain["description"]
    assert explain["arguments"] == [
        {"name": "topic", "description": "What to explain", "required": True},
        {
            "name": "style",
            "description": "How long it should be One of: short, long.",
            "required": False,
        },
    ]
    assert person.names("resources/list", "resources", "uri") == []


def test_open_streams_hear_that_the_lists_are_others_now(person):
    asked = {"promptsListChanged": True, "resourcesListChanged": True}
    listener = listen(person.wire.url, person.user.token, **asked)
    try:
        assert listener.next()["params"]["notifications"] == asked
        person.tick("prompts")
        assert listener.next()["method"] == "notifications/prompts/list_changed"
        person.tick("prompts", "resources")
        assert listener.next()["method"] == "notifications/resources/list_changed"
    finally:
        listener.close()


@pytest.mark.parametrize(
    ("name", "arguments", "text"),
    [
        ("explain", {"topic": "tides"}, "Explain tides in a short way."),
        ("explain", {"topic": "tides", "style": "long"}, "Explain tides in a long way."),
        ("advise", {"subject": "tea"}, "Give advice about tea."),
    ],
)
def test_a_prompt_is_got_whatever_its_author_calls_it(person, name, arguments, text):
    person.tick("prompts")

    got = person.ask("prompts/get", name=f"gr1_{name}", arguments=arguments)["result"]

    assert got["messages"] == [{"role": "user", "content": {"type": "text", "text": text}}]
    assert got["_meta"]["hfmcp/source"] == f"space:{PARTS}"


def test_a_prompt_that_needs_a_header_is_offered_once_the_person_gave_it(person):
    person.tick("prompts")
    assert "gr1_confide" not in person.names("prompts/list", "prompts")
    refused = person.ask("prompts/get", name="gr1_confide", arguments={"topic": "tea"})["error"]
    assert "There is no prompt gr1_confide" in refused["message"]

    given = {"space_id": PARTS, "name": "x-diary-key", "value": "sesame"}
    assert post_form(person.browser, "/settings/spaces/headers/", given).status_code == 200

    assert "gr1_confide" in person.names("prompts/list", "prompts")
    got = person.ask("prompts/get", name="gr1_confide", arguments={"topic": "tea"})["result"]
    assert got["messages"][0]["content"]["text"] == "With the key sesame, tell of tea."


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        ("nothing", {"text": "x"}, "There is no prompt gr1_nothing"),
        ("card", {"name": "x"}, "There is no prompt gr1_card"),
        ("explain", {}, "topic"),
        ("explain", {"topic": "x", "style": "medium"}, "style"),
    ],
)
def test_a_prompt_that_there_is_not_runs_nothing(person, space, name, arguments, words):
    """Gradio runs the last function of an app for a name that it does not know."""
    person.tick("prompts")
    loopback.shared.delete(f"{space.url}/_log")

    error = person.ask("prompts/get", name=f"gr1_{name}", arguments=arguments)["error"]

    assert error["code"] == -32602
    assert words in error["message"]
    asked = loopback.shared.get(f"{space.url}/_log").json()
    # To look at the Space again is to ask for its lists.
    assert len([entry for entry in asked if entry["path"] == "/gradio_api/mcp/"]) in (0, 3)


def test_arguments_are_completed_where_the_space_says_what_can_be_given(person):
    person.tick("prompts")

    def complete(argument, value):
        ref = {"type": "ref/prompt", "name": "gr1_explain"}
        given = {"name": argument, "value": value}
        answer = person.ask("completion/complete", ref=ref, argument=given)
        return answer["result"]["completion"]["values"]

    assert complete("style", "") == ["short", "long"]
    assert complete("style", "L") == ["long"]
    assert complete("topic", "t") == []


def test_resources_that_are_ticked_are_listed_and_read_by_uris_of_this_space(person):
    assert "Tools and resources of acme/parts are offered" in person.tick("resources")

    assert person.names("resources/list", "resources", "uri") == [
        "gr1+text://motto",
        "gr1+text://visits",
        "gr1+picture://pixel",
        VIEW,
        OLD_VIEW,
        "gr1+text://who",
    ]
    templates = person.names("resources/templates/list", "resourceTemplates", "uriTemplate")
    assert templates == ["gr1+greeting://{name}"]
    assert person.read("gr1+text://motto")["result"]["contents"] == [
        {"uri": "gr1+text://motto", "mimeType": "text/plain", "text": "Festina lente"}
    ]
    greeting = person.read("gr1+greeting://Ada")["result"]
    assert greeting["contents"][0]["text"] == "# Hello, Ada"
    assert greeting["_meta"]["hfmcp/source"] == f"space:{PARTS}"
    (picture,) = person.read("gr1+picture://pixel")["result"]["contents"]
    assert picture["mimeType"] == "image/png"
    assert base64.b64decode(picture["blob"]) == b"\x89PNG not really"


def test_a_resource_that_the_space_does_not_know_is_an_error_with_its_words(person):
    person.tick("resources")

    error = person.read("gr1+text://nothing")["error"]

    assert error["code"] == -32602
    assert "Resource not found" in error["message"]


def test_nobody_else_reads_by_the_prefix_of_a_space(person, settled_user, wire_of):
    person.tick("resources", "prompts")
    stranger, browser = settled_user()
    other = Person(stranger, browser, wire_of("/mcp", stranger.token))

    assert "error" in other.read("gr1+text://motto")
    assert "error" in other.ask("prompts/get", name="gr1_advise", arguments={"subject": "x"})
    assert other.names("prompts/list", "prompts") == []


@pytest.mark.parametrize("era", ["legacy", "auto"])
async def test_the_sdks_client_takes_all_of_it(person, era):
    person.tick("prompts", "resources")
    headers = person.wire.headers
    async with (
        httpx2.AsyncClient(headers=headers, timeout=30) as http,
        mcp.Client(streamable_http_client(person.wire.url, http_client=http), mode=era) as client,
    ):
        resources = {str(each.uri): each for each in (await client.list_resources()).resources}
        templates = (await client.list_resource_templates()).resource_templates
        prompts = {each.name: each for each in (await client.list_prompts()).prompts}
        read = await client.read_resource("gr1+text://motto")
        got = await client.get_prompt("gr1_explain", {"topic": "tides"})

    assert resources["gr1+picture://pixel"].mime_type == "image/png"
    assert "gr1+greeting://{name}" in [each.uri_template for each in templates]
    assert prompts["gr1_explain"].title == "acme/parts: explain"
    assert read.contents[0].text == "Festina lente"
    assert got.messages[0].content.text == "Explain tides in a short way."
    assert got.meta["hfmcp/source"] == "space:acme/parts"


def test_a_client_that_shows_apps_is_told_of_views_by_uris_of_this_space(person):
    listed = person.with_views("tools/list")

    assert tool_of(listed, "card")["_meta"] == {
        "ui": {"resourceUri": VIEW, "visibility": ["model", "app"]}
    }
    assert tool_of(listed, "count_words")["_meta"] == {"openai/outputTemplate": OLD_VIEW}


def test_a_client_that_does_not_is_told_of_the_older_form_only(person):
    listed = person.ask("tools/list")["result"]

    assert "_meta" not in tool_of(listed, "card")
    assert tool_of(listed, "count_words")["_meta"] == {"openai/outputTemplate": OLD_VIEW}
    assert not any(tool["name"] == "gr1_redraw" for tool in listed["tools"])
    redraw = tool_of(person.with_views("tools/list"), "redraw")
    assert redraw["_meta"]["ui"]["visibility"] == ["app"]


def test_a_legacy_client_that_shows_apps_is_told_of_views_in_its_session(person):
    hello = {
        "protocolVersion": "2025-11-25",
        "capabilities": DECLARED,
        "clientInfo": {"name": "host", "version": "1"},
    }
    body = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello}
    accept = {"Accept": "application/json, text/event-stream"}
    session = person.wire.post(body, accept).headers["mcp-session-id"]
    headers = {**accept, "Mcp-Session-Id": session, "MCP-Protocol-Version": "2025-11-25"}

    answer = person.wire.post({"jsonrpc": "2.0", "id": 2, "method": "tools/list"}, headers)

    assert tool_of(message_of(answer)["result"], "card")["_meta"]["ui"]["resourceUri"] == VIEW


def test_whoever_has_a_tool_reads_its_view_though_no_resources_are_ticked(person):
    assert person.read(VIEW)["result"]["contents"] == [
        {
            "uri": VIEW,
            "mimeType": VIEW_TYPE,
            "text": "<!doctype html><title>Card</title><script>/* draws what arrives */</script>",
        }
    ]
    assert person.read(OLD_VIEW)["result"]["contents"][0]["mimeType"] == "text/html+skybridge"


def test_a_view_goes_with_the_last_tool_that_has_it(person):
    tools = ["card", "count_words", "redraw", "make_file", "plain"]
    person.submit("tools", offered=tools, tools=["plain", "count_words"])

    assert "error" in person.read(VIEW)
    assert "result" in person.read(OLD_VIEW)


def test_results_name_the_view_as_the_list_does(person):
    called = person.with_views("tools/call", {"name": "gr1_card", "arguments": {"name": "Ada"}})

    assert called["content"] == [{"type": "text", "text": "A card of Ada"}]
    assert called["_meta"]["ui"]["resourceUri"] == VIEW
    assert called["_meta"]["hfmcp/source"] == f"space:{PARTS}"
    plain = person.ask("tools/call", name="gr1_card", arguments={"name": "Ada"})["result"]
    assert "ui" not in plain["_meta"]


def test_structured_content_passes_with_the_meta_of_its_view(person):
    called = person.with_views(
        "tools/call", {"name": "gr1_count_words", "arguments": {"text": "one two"}}
    )

    assert called["structuredContent"] == {"result": [{"type": "text", "text": "2"}]}
    assert called["_meta"]["openai/outputTemplate"] == OLD_VIEW


def test_a_space_of_a_url_offers_tools_and_their_views_only(space, wire_of):
    wire = wire_of(f"/mcp?gradio={PARTS}")
    listed = message_of(wire.modern("tools/list"))["result"]["tools"]
    (view,) = [
        tool["_meta"]["openai/outputTemplate"]
        for tool in listed
        if tool["name"].endswith("_count_words")
    ]

    assert view.startswith("ui://grx")
    read = message_of(wire.modern("resources/read", {"uri": view}))["result"]
    assert read["contents"][0]["uri"] == view
    motto = view.removeprefix("ui://").partition("/")[0] + "+text://motto"
    assert "error" in message_of(wire.modern("resources/read", {"uri": motto}))


def test_a_space_that_asks_before_each_call_offers_no_prompts_and_resources(person):
    person.tick("resources", "prompts")
    person.submit("mark", asks_first="on")

    assert person.names("prompts/list", "prompts") == []
    assert person.names("resources/list", "resources", "uri") == []
    assert "error" in person.read("gr1+text://motto")


def test_the_page_shows_what_there_is_and_what_is_ticked(person):
    person.tick("prompts")

    page = person.browser.get(f"/settings/spaces/{PARTS}/").text

    assert 'name="offers_prompts" checked' in page
    assert 'name="offers_resources">' in page
    assert "7 resources" in page and "3 prompts" in page
    form = {"space_id": PARTS, "offers_resources": "on"}
    fragment = post_form(person.browser, "/settings/spaces/parts/", form, **HTMX).text
    assert fragment.lstrip().startswith('<div class="space-status"')
    assert 'name="offers_resources" checked' in fragment
    assert 'name="offers_prompts">' in fragment
    assert (
        "You have no such Space"
        in post_form(person.browser, "/settings/spaces/parts/", {"space_id": "acme/other"}).text
    )


def test_view_of_a_space_that_asks_before_each_call_is_not_read(person):
    before = person.read(VIEW)

    person.submit("mark", asks_first="on")

    assert "result" in before
    assert "is asked before each call" in person.read(VIEW)["error"]["message"]


def test_nothing_of_a_space_that_the_operator_blocks_is_read(person, product, sign_in):
    person.tick("prompts", "resources")
    assert "result" in person.read("gr1+greeting://Ada")
    admin = sign_in(product, "hf_admin")
    block = {"kind": "space", "subject": PARTS, "reason": "spam", "lasts": "hour"}
    blocked = post_form(admin, "/dashboard/blocks/", block)
    undo = re.findall(r"/dashboard/blocks/\d+/undo/", blocked.text)[-1]
    try:
        asked = [
            person.read("gr1+greeting://Ada"),
            person.read(VIEW),
            person.ask("prompts/get", name="gr1_explain", arguments={"topic": "tides"}),
        ]
    finally:
        post_form(admin, undo, {})

    assert all("is blocked" in answer["error"]["message"] for answer in asked), asked
    assert "result" in person.read("gr1+greeting://Ada")
