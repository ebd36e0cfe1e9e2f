"""Whatever the endpoint refuses without reading it is counted, each time once."""

import re
import socket
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import httpx
import pytest

from tests import loopback
from tests.live.product import start_product
from tests.mcpendpoint.wire import Wire, initialize, request

JSON = {"Content-Type": "application/json"}
PING = b'{"jsonrpc":"2.0","id":1,"method":"ping"}'

WRONG = {
    421: {"method": "POST", "content": PING, "headers": JSON | {"Host": "evil.example"}},
    403: {"method": "POST", "content": PING, "headers": JSON | {"Origin": "https://evil.example"}},
    405: {"method": "PUT", "content": PING, "headers": JSON},
    413: {"method": "POST", "content": b" " * 2_000, "headers": JSON},
    415: {"method": "POST", "content": PING, "headers": {"Content-Type": "text/plain"}},
    404: {"method": "POST", "content": PING, "headers": JSON | {"Mcp-Session-Id": "nonsense"}},
    401: {"method": "POST", "content": PING, "headers": JSON | {"Authorization": "Bearer hfmcp_x"}},
}


@pytest.fixture(scope="module")
def server(product_env):
    limits = {"MCP_MAX_BODY_BYTES": "1000", "BODY_TIMEOUT_SECONDS": "1"}
    with start_product(product_env | limits) as product:
        yield product


def errors(server):
    text = loopback.shared.get(f"{server.url}/metrics").text
    found = re.findall(r'^hfmcp_http_errors_total\{status="(\d+)"\} (\S+)', text, re.M)
    return {int(status): float(count) for status, count in found}


@pytest.mark.parametrize("status", WRONG)
def test_each_refusal_is_counted_once(server, status):
    before = errors(server)

    for _ in range(3):
        assert (
            loopback.shared.request(url=f"{server.url}/mcp", **WRONG[status]).status_code == status
        )

    assert errors(server) == before | {status: before.get(status, 0) + 3}


def test_a_body_that_does_not_come_is_counted_once(server):
    before = errors(server)
    at = urlsplit(server.url)

    def send_half(_):
        with socket.create_connection((at.hostname, at.port), timeout=20) as connection:
            head = f"POST /mcp HTTP/1.1\r\nHost: {at.netloc}\r\nContent-Type: application/json\r\n"
            connection.sendall(f"{head}Content-Length: 50\r\n\r\n{{".encode())
            return connection.recv(100)

    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(send_half, range(2)))

    assert all(answer.startswith(b"HTTP/1.1 408") for answer in answers)
    assert errors(server) == before | {408: before.get(408, 0) + 2}


def test_a_file_without_a_ticket_is_counted_once(server):
    before = errors(server)

    answers = [
        loopback.shared.put(f"{server.url}/mcp/files/incoming", content=b"x"),
        loopback.shared.post(f"{server.url}/mcp/files/incoming", content=b"x"),
    ]

    now = errors(server)
    assert [answer.status_code for answer in answers] == [403, 405]
    assert (now[403], now[405]) == (before.get(403, 0) + 1, before.get(405, 0) + 1)


def test_what_goes_well_is_no_failure(server):
    before = errors(server)
    wire = Wire(f"{server.url}/mcp?gradio=none")

    assert wire.post(initialize()).status_code == 200
    assert wire.post(request("tools/list")).status_code == 200
    assert errors(server) == before


def test_each_answer_has_the_id_of_its_request(server):
    ids = [
        loopback.shared.get(f"{server.url}{path}").headers.get_list("x-request-id")
        for path in ("/mcp", "/healthz", "/sign-in/", "/there/is/none", "/static/favicon.svg")
        for _ in range(2)
    ]

    assert all(len(found) == 1 and re.fullmatch("[0-9a-f]{16}", found[0]) for found in ids)
    assert len({found[0] for found in ids}) == len(ids)


def test_pages_about_an_error_tell_the_id(server):
    answer = loopback.shared.get(f"{server.url}/there/is/none", headers={"Accept": "text/html"})

    assert answer.headers["x-request-id"] in answer.text


def test_an_id_that_anybody_sends_is_not_taken(server):
    answer = httpx.get(f"{server.url}/healthz", headers={"X-Request-Id": "of-somebody-else"})

    assert answer.headers["x-request-id"] != "of-somebody-else"
