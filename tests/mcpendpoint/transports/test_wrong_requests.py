"""Whoever sends something wrong, or merely unusual, is told what is wrong with it."""

import pytest
from mcp_types import (
    INVALID_PARAMS,
    INVALID_REQUEST,
    METHOD_NOT_FOUND,
    PARSE_ERROR,
    UNSUPPORTED_PROTOCOL_VERSION,
)

from tests.mcpendpoint.wire import CLIENT_INFO, LEGACY, MODERN, initialize, modern, request

HELLO = initialize()["params"]
PROMPT = {"type": "ref/prompt", "name": "compare-models"}


def without(params, name):
    return {key: value for key, value in params.items() if key != name}


WRONG_PARAMS = [
    ("tools/call", None, "params is missing"),
    ("tools/call", {}, "params.name is missing"),
    ("tools/call", {"name": None}, "params.name should be a string"),
    ("tools/call", {"name": 3}, "params.name should be a string"),
    ("tools/call", {"name": ["hf_whoami"]}, "params.name should be a string"),
    ("tools/call", {"name": "hf_whoami", "arguments": []}, "params.arguments should be an object"),
    ("tools/call", {"name": "hf_whoami", "arguments": "{}"}, "params.arguments should be"),
    ("tools/call", {"name": "hf_whoami", "arguments": 1}, "params.arguments should be an object"),
    ("tools/call", {"name": "hf_whoami", "_meta": []}, "params._meta should be an object"),
    ("tools/call", {"name": "hf_whoami", "_meta": "x"}, "params._meta should be an object"),
    ("tools/call", {"name": "hf_whoami", "_meta": {"progressToken": {}}}, "progressToken should"),
    ("tools/call", {"name": ""}, "There is no tool"),
    ("tools/call", {"name": "nonsense"}, "There is no tool nonsense"),
    ("tools/list", {"cursor": 4}, "params.cursor should be a string"),
    ("tools/list", {"cursor": {}}, "params.cursor should be a string"),
    ("tools/list", {"cursor": "made-up"}, "there is no cursor"),
    ("resources/list", {"cursor": 4}, "params.cursor should be a string"),
    ("resources/templates/list", {"cursor": []}, "params.cursor should be a string"),
    ("prompts/list", {"cursor": True}, "params.cursor should be a string"),
    ("resources/read", None, "params is missing"),
    ("resources/read", {}, "params.uri is missing"),
    ("resources/read", {"uri": 1}, "params.uri should be a string"),
    ("resources/read", {"uri": None}, "params.uri should be a string"),
    ("prompts/get", {}, "params.name is missing"),
    ("prompts/get", {"name": {}}, "params.name should be a string"),
    ("prompts/get", {"name": "x", "arguments": []}, "params.arguments should be an object"),
    ("prompts/get", {"name": "x", "arguments": {"a": 1}}, "params.arguments.a should be a string"),
    ("completion/complete", {}, "params.argument is missing"),
    ("completion/complete", {"ref": PROMPT}, "params.argument is missing"),
    ("completion/complete", {"ref": PROMPT, "argument": {}}, "params.argument.name is missing"),
    (
        "completion/complete",
        {"ref": PROMPT, "argument": {"name": "a"}},
        "argument.value is missing",
    ),
    ("completion/complete", {"ref": {"type": "x"}, "argument": {"name": "a", "value": ""}}, "ref."),
    ("initialize", None, "params is missing"),
    ("initialize", {}, "params.protocolVersion is missing"),
    ("initialize", without(HELLO, "clientInfo"), "params.clientInfo is missing"),
    ("initialize", without(HELLO, "capabilities"), "params.capabilities is missing"),
    ("initialize", without(HELLO, "protocolVersion"), "params.protocolVersion is missing"),
    ("initialize", HELLO | {"clientInfo": "me"}, "params.clientInfo should be an object"),
    ("initialize", HELLO | {"clientInfo": {"name": "me"}}, "params.clientInfo.version is missing"),
    ("initialize", HELLO | {"clientInfo": {"version": "1"}}, "params.clientInfo.name is missing"),
    ("initialize", HELLO | {"capabilities": []}, "params.capabilities should be an object"),
    ("initialize", HELLO | {"protocolVersion": 1}, "params.protocolVersion should be a string"),
]


@pytest.mark.parametrize(("method", "params", "said"), WRONG_PARAMS)
def test_a_wrong_parameter_is_named(wire, method, params, said):
    answer = wire.legacy(method, params)

    assert answer.status_code == 200
    assert answer.json()["id"] == 1
    assert answer.json()["error"]["code"] == INVALID_PARAMS
    assert said in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({}, "params.name is missing"),
        ({"name": "hf_whoami", "arguments": []}, "params.arguments should be an object"),
    ],
)
def test_it_is_in_the_modern_era_too(wire, params, said):
    headers = {"MCP-Protocol-Version": MODERN, "Mcp-Method": "tools/call"}
    headers |= {"Mcp-Name": params["name"]} if params else {}

    answer = wire.post(modern("tools/call", params), headers)

    assert answer.status_code == 400
    assert said in answer.json()["error"]["message"]


WRONG_MESSAGES = [
    (b"", PARSE_ERROR, "empty"),
    (b"null", INVALID_REQUEST, "object"),
    (b'"ping"', INVALID_REQUEST, "object"),
    (b"3", INVALID_REQUEST, "object"),
    (b"[]", INVALID_REQUEST, "empty"),
    (b'{"jsonrpc":"2.0","id":1,"method":"ping"', PARSE_ERROR, "line 1, column"),
    (b"jsonrpc=2.0", PARSE_ERROR, "line 1, column 1"),
    ("{}".encode("utf-16"), PARSE_ERROR, "UTF-8"),
    (b'{"a":"\xff"}', PARSE_ERROR, "UTF-8"),
    ({}, INVALID_REQUEST, "jsonrpc"),
    ({"id": 1, "method": "ping"}, INVALID_REQUEST, "jsonrpc"),
    ({"jsonrpc": "1.0", "id": 1, "method": "ping"}, INVALID_REQUEST, "jsonrpc"),
    ({"jsonrpc": 2.0, "id": 1, "method": "ping"}, INVALID_REQUEST, "jsonrpc"),
    ({"jsonrpc": "2.0", "id": 1}, INVALID_REQUEST, "method"),
    (request("ping") | {"method": ""}, INVALID_REQUEST, "method"),
    (request("ping") | {"method": 5}, INVALID_REQUEST, "method"),
    (request("ping") | {"params": []}, INVALID_REQUEST, "params"),
    (request("ping") | {"params": "x"}, INVALID_REQUEST, "params"),
    (request("ping", request_id=None), INVALID_REQUEST, "id"),
    (request("ping", request_id=1.5), INVALID_REQUEST, "id"),
    (request("ping", request_id=True), INVALID_REQUEST, "id"),
    (request("ping", request_id={}), INVALID_REQUEST, "id"),
    (request("ping", request_id="x" * 257), INVALID_REQUEST, "256 characters"),
]


@pytest.mark.parametrize(("body", "code", "said"), WRONG_MESSAGES)
def test_what_is_wrong_with_a_message_is_said(wire, body, code, said):
    answer = wire.post(body)

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == code
    assert said in answer.json()["error"]["message"]


@pytest.mark.parametrize("version", ["2024-01-01", "2099-01-01", "1.0", "latest", "x" * 5_000])
@pytest.mark.parametrize("method", ["tools/list", "ping", "notifications/initialized"])
def test_an_unknown_version_is_told_those_that_there_are(wire, version, method):
    answer = wire.post(request(method), {"MCP-Protocol-Version": version})

    error = answer.json()["error"]
    assert answer.status_code == 400
    assert error["code"] == UNSUPPORTED_PROTOCOL_VERSION
    assert {LEGACY, MODERN} <= set(error["data"]["supported"])
    assert LEGACY in error["message"]
    assert len(answer.content) < 2_000


@pytest.mark.parametrize("version", ["", LEGACY, "2099-01-01"])
def test_initialize_says_by_itself_which_version_it_means(wire, version):
    assert "result" in wire.post(initialize(), {"MCP-Protocol-Version": version}).json()


@pytest.mark.parametrize("method", ["logging/setLevel", "tasks/list", "nonsense", "x" * 900_000])
def test_a_method_that_is_not_there_is_named_and_not_echoed_whole(wire, method):
    answer = wire.legacy(method, {"level": "info", "uri": "hf://README.md"})

    assert answer.json()["error"]["code"] == METHOD_NOT_FOUND
    assert method[:60] in answer.json()["error"]["message"]
    assert len(answer.content) < 2_000


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("tools/call", {"name": "n" * 900_000}),
        ("tools/call", {"name": "gr1_" + "n" * 900_000}),
        ("resources/read", {"uri": "hf://models/" + "n" * 900_000}),
        ("resources/read", {"uri": "u" * 900_000}),
        ("prompts/get", {"name": "n" * 900_000}),
        ("prompts/get", {"name": "x", "arguments": {"a" * 900_000: 1}}),
        ("completion/complete", {"ref": PROMPT, "argument": {"name": "n" * 900_000, "value": ""}}),
        ("completion/complete", {"ref": {"type": "t" * 900_000}, "argument": {}}),
        ("tools/list", {"cursor": "c" * 900_000}),
        ("initialize", HELLO | {"protocolVersion": "v" * 900_000}),
        ("initialize", HELLO | {"clientInfo": CLIENT_INFO | {"name": "n" * 900_000}}),
    ],
)
def test_no_long_word_comes_back_whole(wire, method, params):
    assert len(wire.legacy(method, params).content) < 10_000


def test_missing_arguments_are_none(wire):
    for params in ({"name": "hf_whoami"}, {"name": "hf_whoami", "arguments": None}):
        assert "result" in wire.legacy("tools/call", params).json()
