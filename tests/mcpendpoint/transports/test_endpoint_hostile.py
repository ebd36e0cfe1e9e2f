"""Whatever is sent, the answer is one that a client can read, and nothing secret is logged."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any
from urllib.parse import quote

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.live.product import Product
from tests.mcpendpoint.wire import (
    LEGACY_VERSIONS,
    META,
    MODERN,
    Json,
    Wire,
    assert_well_formed,
    initialize,
    modern,
    modern_headers,
    request,
)

SECRET = "SuperSecretWord"

fuzz = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

CALL = {"name": "hf_whoami", "arguments": {}}
SEARCH = {"name": "hub_repo_search", "arguments": {"query": "bert", "repo_types": ["model"]}}
VALID = [
    initialize(),
    request("tools/list"),
    request("tools/call", CALL),
    request("tools/call", SEARCH),
    request("ping"),
    {"jsonrpc": "2.0", "method": "notifications/initialized"},
    modern("server/discover"),
    modern("tools/list"),
    modern("tools/call", CALL),
    modern("tools/call", SEARCH, progressToken=1),
    [request("ping"), request("tools/list", request_id=2)],
]

WORDS = st.sampled_from(
    [
        "",
        "tools/call",
        "tools/list",
        "__proto__",
        "constructor",
        "none",
        MODERN,
        SECRET,
        "\x00",
        "🤗",
    ]
)
NUMBERS = st.sampled_from([0, -1, 2**31, 2**53, 2**63, -(2**63), 1e308, -0.0, 1.5])
LEAVES = st.none() | st.booleans() | NUMBERS | WORDS | st.text(max_size=20)
KEYS = st.sampled_from(
    ["jsonrpc", "id", "method", "params", "_meta", "name", "arguments", "cursor", "query", "limit"]
    + ["progressToken", META + "protocolVersion", META + "clientInfo", META + "logLevel", "task"]
    + ["inputResponses", "requestState", "repo_types", "clientInfo", "protocolVersion"]
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS | WORDS, inner, max_size=4),
    max_leaves=8,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(inner, (*path, key))


def replaced(body: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    changed = deepcopy(body)
    inner = changed
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return changed


@st.composite
def spoiled_messages(draw: st.DrawFn) -> Any:
    """Draw a valid message with something replaced and something added."""
    body: Any = draw(st.sampled_from(VALID))
    body = replaced(body, draw(st.sampled_from(list(places(body)))), draw(VALUES))
    if isinstance(body, dict) and draw(st.booleans()):
        body = {**body, draw(KEYS): draw(VALUES)}
    return body


HEADERS = st.dictionaries(
    st.sampled_from(
        ["MCP-Protocol-Version", "Mcp-Method", "Mcp-Name", "Mcp-Session-Id", "Mcp-Param-X"]
        + ["Last-Event-ID", "Accept", "X-MCP-Bouquet", "X-MCP-Mix", "X-MCP-Gradio", "Origin"]
        + ["Authorization", "Content-Type", "Content-Encoding", "X-Forwarded-Proto", "Cookie"]
    ),
    st.sampled_from(
        [
            "",
            MODERN,
            *LEGACY_VERSIONS,
            "tools/list",
            "tools/call",
            "hf_whoami",
            "*/*",
            "none",
            "all",
        ]
        + ["application/json", "text/event-stream", "=?base64?!!?=", "=?base64?aGZfd2hvYW1p?="]
        + [f"Bearer hf_{SECRET}", f"Bearer hfmcp_{SECRET}", f"Basic {SECRET}", "null", "gzip"]
    )
    | st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=30),
    max_size=5,
)


@pytest.fixture(autouse=True)
def _nothing_breaks_and_nothing_secret_is_logged(product: Product) -> Iterator[None]:
    before = len(product.log())
    yield
    log = product.log()[before:]
    assert SECRET not in log
    assert "hf_alice" not in log
    assert 'File "' not in log, log


@pytest.fixture
def target(product: Product) -> Wire:
    return Wire(f"{product.url}/mcp?gradio=none")


def latin(headers: dict[str, str]) -> list[tuple[str, bytes]]:
    return [(name, value.strip().encode("latin-1")) for name, value in headers.items()]


@fuzz
@given(body=spoiled_messages())
def test_a_spoiled_message_gets_a_well_formed_answer(target, body):
    assert_well_formed(target.post(body))


@fuzz
@given(body=spoiled_messages(), headers=HEADERS)
def test_headers_that_do_not_fit_get_a_well_formed_answer(target, body, headers):
    answer = target.post(body, latin(headers))

    if answer.status_code in (401, 503):
        assert set(answer.json()) == {"error", "error_description"}
    else:
        assert_well_formed(answer)


@fuzz
@given(body=spoiled_messages())
def test_a_spoiled_modern_message_gets_a_well_formed_answer(target, body):
    try:
        headers = modern_headers(body)
    except (TypeError, KeyError):
        headers = {"MCP-Protocol-Version": MODERN}
    if not all(isinstance(value, str) and value.isascii() for value in headers.values()):
        headers = {"MCP-Protocol-Version": MODERN, "Mcp-Method": "tools/call"}
    headers = {name: value for name, value in headers.items() if value.isprintable()}

    assert_well_formed(target.post(body, headers))


@fuzz
@given(raw=st.binary(max_size=300))
def test_bytes_that_mean_nothing_get_a_well_formed_answer(target, raw):
    assert_well_formed(target.post(raw))


@fuzz
@given(arguments=VALUES, tool=st.sampled_from(["hf_whoami", "hub_repo_search", "hub_repo_details"]))
def test_arguments_that_mean_nothing_get_a_well_formed_answer(target, arguments, tool):
    assert_well_formed(target.post(request("tools/call", {"name": tool, "arguments": arguments})))


@fuzz
@given(
    query=st.lists(
        st.tuples(
            st.sampled_from(["bouquet", "mix", "gradio", "no_image_content", "login", "", "x"]),
            st.text(max_size=30) | WORDS,
        ),
        max_size=5,
    )
)
def test_a_query_that_means_nothing_gets_a_well_formed_answer(target, query):
    # Without Spaces that exist nothing but our own code is asked.
    encoded = "&".join(f"{name}={quote(value)}" for name, value in query)
    url = target.url.partition("?")[0] + "?" + encoded
    answer = target.client.post(url, json=request("tools/list"))

    if answer.status_code == 401:
        assert set(answer.json()) == {"error", "error_description"}
    else:
        assert_well_formed(answer)


@pytest.mark.parametrize("depth", [10, 200, 254, 255, 256, 500, 900])
def test_deep_json_gets_a_well_formed_answer(target, depth):
    text = b"[" * depth + b'"' + SECRET.encode() + b'"' + b"]" * depth
    for body in (request("tools/call", SEARCH), modern("tools/call", SEARCH), initialize()):
        for place in ("query", "limit", "cursor", "capabilities", "clientInfo", "_meta", "name"):
            spoiled = spoil_at(body, place, text)

            assert_well_formed(target.post(spoiled))
            assert_well_formed(target.post(spoiled, modern_headers(modern("tools/call", SEARCH))))


def spoil_at(body: Json, place: str, text: bytes) -> bytes:
    """Put raw JSON, too deep for our own encoder, at each value with this key."""
    mark = "put it here"
    for path in places(body):
        if path and path[-1] == place:
            body = replaced(body, path, mark)
    if mark not in str(body):
        body = {**body, "params": {**body["params"], place: mark}}
    return orjson.dumps(body).replace(orjson.dumps(mark), text)


@pytest.mark.parametrize(
    "number", [b"1e999", b"-1e999", b"9" * 30, b"9" * 5_000, b"0." + b"1" * 5_000, b"1E400", b"-0"]
)
def test_huge_numbers_get_a_well_formed_answer(target, number):
    for key in ("id", "limit", "progressToken", "query", "name"):
        body = spoil_at(modern("tools/call", SEARCH, progressToken=1), key, number)

        assert_well_formed(target.post(body))
        assert_well_formed(target.post(body, modern_headers(modern("tools/call", SEARCH))))


def test_many_keys_and_long_words_get_a_well_formed_answer(target):
    many = {f"{SECRET}{number}": number for number in range(20_000)}

    assert_well_formed(target.post(request("tools/call", {**CALL, "arguments": many})))
    assert_well_formed(target.post(request("tools/list", many)))
    assert_well_formed(target.post(request("x" * 500_000)))
    assert_well_formed(target.post(request("tools/call", {"name": SECRET * 50_000})))


def test_nothing_of_a_wrong_argument_is_quoted_in_full(target):
    body = request("tools/call", {"name": "hub_repo_search", "arguments": {"limit": SECRET * 999}})

    assert len(target.post(body).text) < 3_000


@pytest.mark.parametrize("name", ["hub_repo_search", "hf_whoami", "no_such_tool", SECRET])
def test_a_token_and_arguments_of_a_call_are_not_logged(product, name):
    wire = Wire(f"{product.url}/mcp?gradio=none", "hf_alice")

    assert_well_formed(wire.legacy("tools/call", {"name": name, "arguments": {"query": SECRET}}))
