"""Whoever sends a body slowly, or never, holds a connection for as long as the setting says."""

import socket
import time
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest

from tests.live.product import start_product

SECONDS = 1
PATHS = ["/mcp", "/mcp/", "/u/alice/mcp", "/oauth/token", "/oauth/register", "/sign-in/", "/none"]


@pytest.fixture(scope="module")
def impatient(product_env):
    with start_product(product_env | {"BODY_TIMEOUT_SECONDS": str(SECONDS)}) as product:
        yield urlsplit(product.url)


def begin(server, path, method="POST"):
    """Send the head of a request, and the first byte of the body that it promises."""
    connection = socket.create_connection((server.hostname, server.port), timeout=20)
    head = [f"{method} {path} HTTP/1.1", "Host: localhost", "Content-Type: application/json"]
    lines = [*head, "Content-Length: 500", "", ""]
    connection.sendall("\r\n".join(lines).encode() + b"{")
    return connection


def everything_from(connection):
    return b"".join(iter(lambda: connection.recv(65_536), b""))


@pytest.mark.parametrize("path", PATHS)
def test_a_body_that_never_comes_ends_the_connection(impatient, path):
    with begin(impatient, path) as connection:
        answer = everything_from(connection)

    assert answer.startswith(b"HTTP/1.1 408")
    assert b"within 1 seconds" in answer


def test_a_body_of_a_byte_at_a_time_gains_no_time(impatient):
    with begin(impatient, "/mcp") as connection:
        connection.settimeout(0.2)
        answer = b""
        started = time.monotonic()
        while not answer and time.monotonic() - started < 20:
            connection.sendall(b" ")
            try:
                answer = connection.recv(65_536)
            except TimeoutError:
                continue

    assert answer.startswith(b"HTTP/1.1 408")


def test_the_same_holds_for_methods_that_need_no_body(impatient):
    for method in ("GET", "DELETE", "OPTIONS"):
        with begin(impatient, "/mcp", method) as connection:
            assert everything_from(connection)  # ends, whatever it says


def test_hundreds_of_them_are_gone_after_that_time(impatient):
    with ExitStack() as stack:
        connections = [stack.enter_context(begin(impatient, "/mcp")) for _ in range(300)]

        assert all(everything_from(each).startswith(b"HTTP/1.1 408") for each in connections)


def test_a_page_of_a_browser_can_read_why(impatient):
    with socket.create_connection((impatient.hostname, impatient.port), timeout=20) as connection:
        lines = ["POST /mcp HTTP/1.1", "Host: localhost", "Origin: http://localhost:6274"]
        connection.sendall("\r\n".join([*lines, "Content-Length: 9", "", ""]).encode())
        answer = everything_from(connection)

    assert b"access-control-allow-origin: http://localhost:6274" in answer.lower()


def test_a_page_that_is_sent_too_much_says_so(impatient):
    with socket.create_connection((impatient.hostname, impatient.port), timeout=20) as connection:
        lines = ["POST /sign-in/ HTTP/1.1", "Host: localhost", "Connection: close"]
        head = "\r\n".join([*lines, "Content-Length: 1000001", "", ""])
        connection.sendall(head.encode() + b"x" * 1_000_001)
        answer = everything_from(connection)

    assert answer.startswith(b"HTTP/1.1 413")
    assert b"1,000,000 bytes" in answer
