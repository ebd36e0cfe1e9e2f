"""What the endpoint makes of HTTP requests, well-meant and other."""

import socket
from urllib.parse import urlsplit

import pytest
from mcp_types import INVALID_REQUEST, PARSE_ERROR

from tests.mcpendpoint.wire import Wire, assert_well_formed, modern, modern_headers, request

LIMIT = 1_000_000
INSPECTOR = "http://localhost:6274"


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b'{"a":' * 2_000, b"[" * 100_000])
def test_a_body_that_is_not_json_is_a_parse_error(wire, body):
    answer = wire.post(body)

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == PARSE_ERROR
    assert answer.json()["id"] is None


def test_a_body_that_is_too_large_is_refused_with_the_limit(wire):
    answer = wire.post(b" " * (LIMIT + 1))

    assert answer.status_code == 413
    assert "1,000,000" in answer.json()["error"]["message"]


def test_a_body_that_is_too_large_in_pieces_is_refused(wire):
    pieces = (b" " * 65_536 for _ in range(64))

    answer = wire.client.post(
        wire.url, content=pieces, headers={"Content-Type": "application/json"}
    )

    assert answer.status_code == 413
    assert_well_formed(answer)


def test_a_body_as_large_as_allowed_is_read(wire):
    body = request("tools/list", {"padding": ""})
    padding = LIMIT - len(wire.client.build_request("POST", wire.url, json=body).content)
    body["params"]["padding"] = "x" * padding

    answer = wire.client.post(wire.url, json=body)

    assert answer.status_code == 200
    assert "result" in answer.json()


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""]
)
def test_a_body_of_another_type_is_refused(wire, content_type):
    answer = wire.client.post(
        wire.url, content=b"{}", headers={"Content-Type": content_type, "Accept": "*/*"}
    )

    assert answer.status_code == 415
    assert_well_formed(answer)


def test_json_with_a_charset_is_json(wire):
    headers = {"Content-Type": "Application/JSON; charset=utf-8"}

    answer = wire.client.post(wire.url, content=b'{"jsonrpc":"2.0"', headers=headers)

    assert answer.json()["error"]["code"] == PARSE_ERROR


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT", "PATCH", "HEAD"])
def test_other_methods_are_told_which_one_to_use(wire, method):
    answer = wire.client.request(method, wire.url, headers={"Accept": "text/event-stream"})

    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


def test_a_browser_sees_a_page_with_the_address_it_came_to(product):
    wire = Wire(product.url + "/mcp")

    answer = wire.client.get(wire.url, headers={"Accept": "text/html,*/*;q=0.8"})

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert wire.url in answer.text


@pytest.mark.parametrize(("path", "status"), [("/mcp/", 200), ("/u/alice/mcp/", 401)])
def test_a_slash_at_the_end_changes_nothing(product, path, status):
    answer = Wire(product.url + path).post(request("ping"))

    assert answer.status_code == status


def test_what_says_nothing_has_no_type(wire):
    accepted = wire.post({"jsonrpc": "2.0", "method": "notifications/initialized"})
    preflight = wire.client.options(wire.url, headers={"Origin": INSPECTOR})

    for answer, status in ((accepted, 202), (preflight, 204)):
        assert (answer.status_code, answer.content) == (status, b"")
        assert "Content-Type" not in answer.headers
    assert "Content-Length" not in preflight.headers


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "br", "deflate", "gzip, identity"])
def test_a_compressed_body_is_refused_with_the_reason(wire, encoding):
    answer = wire.post(b"\x1f\x8b", {"Content-Encoding": encoding})

    assert answer.status_code == 415
    assert answer.headers["Accept-Encoding"] == "identity"
    assert "Content-Encoding" in answer.json()["error"]["message"]


def test_a_page_may_ask_what_it_may_send(wire):
    answer = wire.client.options(
        wire.url,
        headers={
            "Origin": INSPECTOR,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization, mcp-protocol-version",
        },
    )

    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Origin"] == INSPECTOR
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]
    assert "authorization" in answer.headers["Access-Control-Allow-Headers"].lower()


@pytest.mark.parametrize("body", [request("tools/list"), {}, b"{"])
def test_a_page_can_read_every_answer(wire, body):
    answer = wire.post(body, {"Origin": INSPECTOR})

    assert answer.headers["Access-Control-Allow-Origin"] == INSPECTOR
    assert "Origin" in answer.headers["Vary"]


@pytest.mark.parametrize("method", ["POST", "GET", "OPTIONS", "DELETE"])
@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "https://localhost.evil.example"]
)
def test_a_foreign_page_is_not_served(wire, method, origin):
    answer = wire.client.request(
        method, wire.url, json=request("tools/list"), headers={"Origin": origin}
    )

    assert answer.status_code == 403
    assert_well_formed(answer)
    assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example"])
def test_a_foreign_host_is_not_served(wire, host):
    for method in ("POST", "GET", "OPTIONS"):
        answer = wire.client.request(
            method, wire.url, json=request("tools/list"), headers={"Host": host}
        )

        assert answer.status_code == 421
        assert_well_formed(answer)
        assert host not in answer.text


def test_the_metadata_is_not_given_out_for_a_foreign_host(product):
    wire = Wire(f"{product.url}/.well-known/oauth-protected-resource/mcp")

    answer = wire.client.get(wire.url, headers={"Host": "evil.example"})

    assert answer.status_code in (400, 421)
    assert "evil" not in answer.text


def exchange(product, *lines: str, body: bytes = b"") -> bytes:
    """Send raw lines, which no HTTP library would."""
    parts = urlsplit(product.url)
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as connection:
        head = "\r\n".join([*lines, f"Content-Length: {len(body)}", "Connection: close", "", ""])
        connection.sendall(head.encode("latin-1") + body)
        return b"".join(iter(lambda: connection.recv(65_536), b""))


PING = b'{"jsonrpc":"2.0","id":1,"method":"ping"}'


@pytest.mark.parametrize(
    "lines",
    [
        ("Host: localhost", "Host: evil.example"),
        ("Host: evil.example", "Host: localhost"),
        ("Host: ",),
        ("Host: localhost, evil.example",),
        ("X-Forwarded-Host: localhost", "Host: evil.example"),
    ],
)
def test_a_host_cannot_be_smuggled(product, lines):
    answer = exchange(
        product, "POST /mcp HTTP/1.1", "Content-Type: application/json", *lines, body=PING
    )

    assert answer.split(b" ")[1] in (b"400", b"421")
    assert b'"result"' not in answer


def test_two_credentials_are_refused_rather_than_one_of_them_chosen(product):
    answer = exchange(
        product,
        "POST /mcp HTTP/1.1",
        "Host: localhost",
        "Content-Type: application/json",
        "Authorization: Bearer hf_alice",
        "Authorization: Bearer hf_bob",
        body=PING,
    )

    assert answer.startswith(b"HTTP/1.1 401")


def test_headers_with_odd_bytes_do_no_harm(product):
    answer = exchange(
        product,
        "POST /mcp?gradio=none HTTP/1.1",
        "Host: localhost",
        "Content-Type: application/json",
        "Mcp-Session-Id: \xff\xfe\x80",
        "X-MCP-Bouquet: \xff",
        "Mcp-Name: \xe4",
        body=PING,
    )

    assert answer.startswith(b"HTTP/1.1 404")  # for the session's sake
    assert b'"error"' in answer


def test_modern_answers_are_json_when_there_is_nothing_else_to_say(wire):
    for method in ("server/discover", "tools/list"):
        assert wire.modern(method).headers["content-type"] == "application/json"
    body = modern("tools/call", {"name": "hf_whoami", "arguments": {}})

    assert wire.post(body, modern_headers(body)).headers["content-type"] == "application/json"


def test_an_invalid_message_says_what_is_wrong_with_it(wire):
    answer = wire.post({"jsonrpc": "2.0", "id": 5, "method": "ping", "params": []})

    assert answer.status_code == 400
    assert answer.json()["id"] == 5
    assert answer.json()["error"]["code"] == INVALID_REQUEST
