"""What tokens and keys open at the endpoint of a live product, and what they do not."""

import re
import time

import httpx
import pytest

from accounts.space_prefixes import url_space_prefix
from tests.accounts.authorization import live
from tests.live.people import post_form
from tests.mcpendpoint.wire import Wire, initialize, message_of, modern, modern_headers, request
from tests.standins.hub.journal import digest

LIST = request("tools/list")
WHOAMI = request("tools/call", {"name": "hf_whoami", "arguments": {}})
SPACE = "acme/image-maker"


@pytest.fixture
def person(product, make_person):
    return make_person(product.url)


@pytest.fixture
def name(person):
    return re.search(r"/u/([^/]+)/mcp", person.get("/settings/").text)[1]


@pytest.fixture
def app(product):
    return live.register(product.url)


@pytest.fixture
def wire_for(product, person, app):
    """Connect with a new token: `wire_for(path, scope="mcp:read")`."""

    def connect(path="/mcp", **changes):
        return Wire(product.url + path, app.tokens(person, **changes)["access_token"])

    return connect


def challenge_of(answer) -> dict[str, str]:
    scheme, _, fields = answer.headers["WWW-Authenticate"].partition(" ")
    assert scheme == "Bearer"
    return dict(re.findall(r'(\w+)="([^"]*)"', fields))


def space_call(space=SPACE):
    return request("tools/call", {"name": f"{url_space_prefix(space)}anything", "arguments": {}})


def test_a_token_acts_as_the_person_who_agreed(wire_for, name):
    answer = message_of(wire_for().post(WHOAMI))

    assert name in str(answer["result"])


def test_a_token_brings_the_selection_of_the_person(wire_for, person):
    post_form(person, "/settings/tools/", {"tools": ["hub_repo_search"], "include_images": "on"})

    assert wire_for().tools() == ["hf_whoami", "hub_repo_search"]


def test_nobody_is_told_where_to_get_a_token_and_for_what(product):
    answer = Wire(f"{product.url}/mcp?login").post(LIST)

    assert challenge_of(answer) == {
        "resource_metadata": f"{product.url}/.well-known/oauth-protected-resource/mcp",
        "scope": "mcp:read mcp:spaces",
    }


@pytest.mark.parametrize("path", ["", "/mcp", "/u/somebody/mcp"])
def test_the_metadata_of_every_address_names_the_server_and_the_scopes(product, path):
    metadata = httpx.get(f"{product.url}/.well-known/oauth-protected-resource{path}").json()

    assert metadata["resource"] == product.url + (path or "/mcp")
    assert metadata["authorization_servers"] == [product.url]
    assert metadata["scopes_supported"] == ["mcp:read", "mcp:spaces"]


@pytest.mark.parametrize(
    "token", ["hfmcp_at_", "hfmcp_at_unknown", "hfmcp_rt_unknown", "hfmcp_at_" + "x" * 3_000]
)
def test_a_token_that_is_none_is_refused_as_such(product, token):
    answer = Wire(f"{product.url}/mcp", token).post(LIST)

    assert answer.status_code == 401
    assert challenge_of(answer)["error"] == "invalid_token"
    assert challenge_of(answer)["scope"] == "mcp:read mcp:spaces"


def test_a_refresh_token_opens_nothing(product, person, app):
    tokens = app.tokens(person)

    assert Wire(f"{product.url}/mcp", tokens["refresh_token"]).post(LIST).status_code == 401


def test_a_token_is_read_from_the_header_only(product, person, app):
    token = app.tokens(person)["access_token"]

    answer = Wire(f"{product.url}/mcp?login&access_token={token}").post(LIST)

    assert answer.status_code == 401


def test_a_token_counts_where_it_was_asked_for(product, wire_for, name):
    personal = f"/u/{name}/mcp"
    shared_only = wire_for()
    personal_only = wire_for(personal, resource=product.url + personal)

    assert shared_only.post(LIST).status_code == personal_only.post(LIST).status_code == 200
    for wire, other in ((shared_only, personal), (personal_only, "/mcp")):
        wire.url = product.url + other
        assert wire.post(LIST).status_code == 401
        assert challenge_of(wire.post(LIST))["error"] == "invalid_token"


def test_a_token_that_was_asked_for_no_place_counts_at_both(product, wire_for, name):
    wire = wire_for(resource=[])
    personal = f"{product.url}/u/{name.upper()}/mcp"

    assert wire.post(LIST).status_code == 200
    wire.url = personal
    assert wire.post(LIST).status_code == 200


def test_a_token_does_not_open_the_address_of_another(product, wire_for):
    wire = wire_for(resource=[])
    wire.url = f"{product.url}/u/somebody-else/mcp"

    assert wire.post(LIST).status_code == 403
    assert challenge_of(wire.post(LIST))["error"] == "access_denied"


def test_what_a_token_is_for_does_not_depend_on_the_host_header(product, wire_for):
    port = product.url.rpartition(":")[2]

    answer = wire_for().post(LIST, {"Host": f"localhost:{port}"})

    assert answer.status_code == 200


@pytest.mark.parametrize("accept", ["application/json", "application/json, text/event-stream"])
def test_a_call_that_needs_more_is_answered_with_all_that_it_needs(wire_for, product, accept):
    answer = wire_for(scope="mcp:spaces").post(WHOAMI, {"Accept": accept})

    error = answer.json()["error"]
    assert answer.status_code == 403
    assert challenge_of(answer) == {
        "error": "insufficient_scope",
        "error_description": "This call needs more scopes.",
        "scope": "mcp:read mcp:spaces",
        "resource_metadata": f"{product.url}/.well-known/oauth-protected-resource/mcp",
    }
    assert error["data"]["reason"] == "insufficient_scope"
    assert "mcp:read" in error["message"]


def test_a_modern_client_is_answered_the_same(wire_for):
    body = modern("tools/call", {"name": "hf_whoami", "arguments": {}})

    answer = wire_for(scope="mcp:spaces").post(body, modern_headers(body))

    assert answer.status_code == 403
    assert challenge_of(answer)["error"] == "insufficient_scope"


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("resources/read", {"uri": "hf://README.md"}),
        ("prompts/get", {"name": "model-details", "arguments": {"model_id": "acme/tiny-llm"}}),
        (
            "completion/complete",
            {
                "ref": {"type": "ref/resource", "uri": "hf://models/{owner}/{name}"},
                "argument": {"name": "owner", "value": "a"},
            },
        ),
    ],
)
def test_nothing_is_read_without_leave_to_read(wire_for, method, params):
    body = modern(method, params)
    refused = wire_for(scope="mcp:spaces")
    for answer in (refused.post(request(method, params)), refused.post(body, modern_headers(body))):
        assert answer.status_code == 403
        assert challenge_of(answer)["scope"] == "mcp:read mcp:spaces"
        assert answer.json()["error"]["data"]["reason"] == "insufficient_scope"

    assert wire_for(scope="mcp:read").post(request(method, params)).status_code == 200


def test_a_space_is_not_run_with_leave_to_read(wire_for):
    answer = wire_for(f"/mcp?gradio={SPACE}", scope="mcp:read").post(space_call())

    assert answer.status_code == 403
    assert challenge_of(answer)["scope"] == "mcp:read mcp:spaces"


def test_leave_to_write_is_leave_to_read(wire_for, name):
    answer = wire_for(scope="mcp:write").post(WHOAMI)

    assert name in str(message_of(answer)["result"])


def test_whatever_needs_no_scope_works_with_any(wire_for):
    wire = wire_for(scope="mcp:spaces")

    assert wire.post(initialize()).status_code == 200
    assert "hf_whoami" in wire.tools()


def test_a_tool_that_does_not_exist_is_not_a_matter_of_scope(wire_for):
    answer = wire_for(scope="mcp:spaces").legacy("tools/call", {"name": "nonsense"})

    assert answer.status_code == 200
    assert message_of(answer)["error"]["data"]["reason"] == "unknown"


def test_in_a_batch_each_call_is_answered_for_itself(wire_for):
    wire = wire_for(scope="mcp:spaces")

    answer = wire.post([WHOAMI, LIST | {"id": 2}], {"MCP-Protocol-Version": "2025-03-26"})

    refused, listed = answer.json()
    assert answer.status_code == 200
    assert refused["error"]["data"]["reason"] == "insufficient_scope"
    assert "result" in listed


def create_key(person, **form):
    page = post_form(person, "/settings/keys/", {"name": "A key", "days": "", **form}).text
    return re.search(r"hfmcp_[A-Za-z0-9_-]{20,}", page)[0]


def test_a_key_is_good_for_what_was_ticked(product, person, name):
    wire = Wire(f"{product.url}/mcp", create_key(person, scopes=["mcp:spaces"]))

    called = wire.post(WHOAMI)
    read = wire.post(request("resources/read", {"uri": "hf://README.md"}))

    # Whoever holds a key cannot ask for more: an HTTP error would only end the session.
    for answer in (called, read):
        assert answer.status_code == 200
        assert "WWW-Authenticate" not in answer.headers
    result = called.json()["result"]
    assert result["isError"]
    assert "settings" in result["content"][0]["text"]
    assert read.json()["error"]["data"]["reason"] == "insufficient_scope"


def test_a_disconnected_app_is_refused_at_once(product, person, app):
    wire = Wire(f"{product.url}/mcp", app.tokens(person)["access_token"])
    assert wire.post(LIST).status_code == 200
    path = re.search(r"/settings/apps/\d+/disconnect/", person.get("/settings/apps/").text)[0]

    post_form(person, path, {})

    assert wire.post(LIST).status_code == 401


def test_use_is_shown_on_the_settings_page(wire_for, person):
    wire_for().post(WHOAMI)

    deadline = time.monotonic() + 10
    while "first used" not in person.get("/settings/apps/").text:
        assert time.monotonic() < deadline


def test_upstream_goes_what_the_person_signed_in_with_and_nothing_of_ours(
    product, person, app, name, hub
):
    token = app.tokens(person)["access_token"]
    httpx.delete(f"{hub.url}/_log")

    found = Wire(f"{product.url}/mcp", token).call("hub_repo_search", {"query": name})

    assert "result" in found
    sent = {entry["token"] for entry in httpx.get(f"{hub.url}/_log").json()}
    assert digest(f"hf_user_{name}") in sent
    assert digest(token) not in sent
    assert "hfmcp_at_" not in product.log()
