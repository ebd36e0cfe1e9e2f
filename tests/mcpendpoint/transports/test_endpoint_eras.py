"""Both protocol eras at one URL."""

import pytest
from mcp_types import INVALID_PARAMS, INVALID_REQUEST, METHOD_NOT_FOUND

from tests.mcpendpoint.wire import (
    LEGACY,
    LEGACY_VERSIONS,
    META,
    MODERN,
    assert_well_formed,
    initialize,
    message_of,
    modern,
    modern_headers,
    request,
)

HEADER_MISMATCH = -32020
UNSUPPORTED_VERSION = -32022


@pytest.mark.parametrize("version", LEGACY_VERSIONS)
def test_a_legacy_client_gets_the_version_that_it_asks_for(wire, version):
    result = wire.post(initialize(version)).json()["result"]

    assert result["protocolVersion"] == version
    assert "tools" in result["capabilities"]
    assert result["serverInfo"]["name"]
    assert result["instructions"]


@pytest.mark.parametrize("version", ["1999-01-01", MODERN, "", "latest"])
def test_a_legacy_client_that_asks_for_another_version_gets_our_newest(wire, version):
    assert wire.post(initialize(version)).json()["result"]["protocolVersion"] == LEGACY


@pytest.mark.parametrize("version", LEGACY_VERSIONS)
def test_a_legacy_client_lists_and_calls_without_a_session(wire, version):
    listed = wire.legacy("tools/list", version=version)
    called = wire.legacy("tools/call", {"name": "hf_whoami", "arguments": {}}, version)

    assert "hf_whoami" in [tool["name"] for tool in listed.json()["result"]["tools"]]
    assert not message_of(called)["result"].get("isError")


def test_a_legacy_client_without_a_version_header_is_served(wire):
    assert "result" in wire.post(request("tools/list")).json()


def test_a_session_that_we_never_began_is_not_found(wire):
    for session_id in ("made-up", "x" * 5_000, "a:b:c", b"\xff"):
        answer = wire.post(request("tools/list"), {"Mcp-Session-Id": session_id})

        assert (answer.status_code, answer.json()["id"]) == (404, 1)
        assert "initialize" in answer.json()["error"]["message"]


def test_a_session_is_of_no_concern_to_a_modern_request(wire):
    body = modern("tools/list")

    answer = wire.post(body, modern_headers(body) | {"Mcp-Session-Id": "made-up"})

    assert "result" in answer.json()


def test_ping_is_answered_in_the_legacy_era_only(wire):
    assert wire.legacy("ping").json()["result"] == {}

    answer = wire.modern("ping")

    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == METHOD_NOT_FOUND


def test_discover_names_every_version_capability_and_our_instructions(wire):
    result = wire.modern("server/discover").json()["result"]

    assert set(result["supportedVersions"]) == {MODERN, *LEGACY_VERSIONS}
    assert "tools" in result["capabilities"]
    assert result["instructions"]
    assert result["_meta"][META + "serverInfo"]["version"]


def test_a_modern_client_lists_and_calls(wire):
    listed = wire.modern("tools/list").json()["result"]
    called = message_of(wire.modern("tools/call", {"name": "hf_whoami", "arguments": {}}))

    assert listed["resultType"] == "complete"
    assert listed["cacheScope"] == "private"
    assert "hf_whoami" in [tool["name"] for tool in listed["tools"]]
    assert called["result"]["resultType"] == "complete"
    assert called["result"]["structuredContent"]


def test_both_eras_list_the_same_tools(wire):
    names = [tool["name"] for tool in wire.modern("tools/list").json()["result"]["tools"]]

    assert names == wire.tools()


@pytest.mark.parametrize("request_id", ["abc", 0, -1, 2**63 - 1, "", "ünï"])
def test_an_answer_has_the_id_of_its_request(wire, request_id):
    body = modern("tools/list", request_id=request_id)

    assert wire.post(request("tools/list", request_id=request_id)).json()["id"] == request_id
    assert wire.post(body, modern_headers(body)).json()["id"] == request_id


def test_a_legacy_error_is_an_answer_of_status_200(wire):
    answer = wire.legacy("no/such/method")

    assert answer.status_code == 200
    assert answer.json()["error"]["code"] == METHOD_NOT_FOUND


@pytest.mark.parametrize("method", ["no/such/method", "initialize", "logging/setLevel"])
def test_a_method_that_the_modern_era_lacks_is_not_found(wire, method):
    answer = wire.modern(method)

    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == METHOD_NOT_FOUND
    assert answer.json()["id"] == 1


@pytest.mark.parametrize("missing", ["protocolVersion", "clientCapabilities"])
def test_an_envelope_that_lacks_something_is_refused(wire, missing):
    body = modern("tools/list")
    headers = modern_headers(body)
    del body["params"]["_meta"][META + missing]

    answer = wire.post(body, headers)

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == INVALID_PARAMS


def test_a_version_that_nobody_serves_is_refused_with_those_we_do(wire):
    body = modern("tools/list", **{META + "protocolVersion": "2999-01-01"})
    headers = modern_headers(body) | {"MCP-Protocol-Version": "2999-01-01"}

    answer = wire.post(body, headers)

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == UNSUPPORTED_VERSION
    assert MODERN in answer.json()["error"]["data"]["supported"]


@pytest.mark.parametrize(
    "headers",
    [
        {"MCP-Protocol-Version": LEGACY},
        {"Mcp-Method": "tools/call"},
        {"Mcp-Method": "TOOLS/LIST"},
        {"Mcp-Method": ""},
    ],
)
def test_headers_that_contradict_the_body_are_refused(wire, headers):
    body = modern("tools/list")

    answer = wire.post(body, modern_headers(body) | headers)

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == HEADER_MISMATCH


@pytest.mark.parametrize("name", ["hub_repo_search", "", "hf_whoami ,x", "=?base64?!?="])
def test_a_call_of_one_tool_cannot_pass_for_a_call_of_another(wire, name):
    body = modern("tools/call", {"name": "hf_whoami", "arguments": {}})

    answer = wire.post(body, modern_headers(body) | {"Mcp-Name": name})

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == HEADER_MISMATCH


def test_a_repeated_routing_header_is_refused(wire):
    body = modern("tools/list")
    headers = [*modern_headers(body).items(), ("mcp-method", "tools/list")]

    answer = wire.post(body, headers)

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == HEADER_MISMATCH


def test_a_routing_header_with_an_underscore_is_none(wire):
    body = modern("tools/list")
    headers = modern_headers(body)
    headers["Mcp_Method"] = headers.pop("Mcp-Method")

    answer = wire.post(body, headers)

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == HEADER_MISMATCH


def test_a_notification_is_accepted_without_a_word(wire):
    for body in (
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 1}},
        {"jsonrpc": "2.0", "method": "notifications/unheard-of"},
    ):
        answer = wire.post(body)

        assert answer.status_code == 202
        assert answer.content == b""


def test_a_response_to_nothing_is_accepted_of_legacy_clients_only(wire):
    body = {"jsonrpc": "2.0", "id": 1, "result": {}}

    assert wire.post(body).status_code == 202
    assert wire.post(body, {"MCP-Protocol-Version": MODERN}).status_code == 400


def test_a_batch_is_answered_one_for_one(wire):
    batch = [
        request("tools/list", request_id="list"),
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        request("no/such/method", request_id="bad"),
        {"jsonrpc": "2.0", "id": "malformed"},
        request("tools/call", {"name": "hf_whoami", "arguments": {}}, "call"),
        request("ping", request_id=7),
    ]

    answer = wire.post(batch, {"MCP-Protocol-Version": "2025-03-26", "Accept": "application/json"})

    answers = {body["id"]: body for body in answer.json()}
    assert set(answers) == {"list", "bad", "malformed", "call", 7}
    assert answers["list"]["result"]["tools"]
    assert answers["bad"]["error"]["code"] == METHOD_NOT_FOUND
    assert answers["malformed"]["error"]["code"] == INVALID_REQUEST
    assert answers["call"]["result"]["content"]
    assert answers[7]["result"] == {}


def test_a_batch_of_notifications_is_accepted_without_a_word(wire):
    answer = wire.post([{"jsonrpc": "2.0", "method": "notifications/initialized"}] * 2)

    assert answer.status_code == 202
    assert answer.content == b""


@pytest.mark.parametrize(
    "batch", [[], [initialize()], [request("ping")] * 51, [modern("tools/list")], [[]], [1]]
)
def test_what_has_no_place_in_a_batch_is_refused(wire, batch):
    answer = wire.post(batch)

    assert_well_formed(answer)
    errors = answer.json() if isinstance(answer.json(), list) else [answer.json()]
    assert {error["error"]["code"] for error in errors} == {INVALID_REQUEST}


@pytest.mark.parametrize("version", ["2025-06-18", "2025-11-25", MODERN])
def test_a_batch_is_refused_where_the_version_has_none(wire, version):
    answer = wire.post([request("ping")], {"MCP-Protocol-Version": version})

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == INVALID_REQUEST


def test_a_cursor_of_nobodys_is_refused(wire):
    answer = wire.modern("tools/list", {"cursor": "made-up"})

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == INVALID_PARAMS


@pytest.mark.parametrize("method", ["tools/list", "resources/list", "prompts/list"])
@pytest.mark.parametrize("cursor", ["", None])
def test_an_empty_cursor_is_the_beginning(wire, method, cursor):
    assert "result" in wire.legacy(method, {"cursor": cursor}).json()
    assert "result" in wire.modern(method, {"cursor": cursor}).json()


def test_no_two_sessions_have_the_same_id(wire):
    ids = {wire.post(initialize()).headers["Mcp-Session-Id"] for _ in range(20)}

    assert len(ids) == 20
