"""A Hugging Face, or who passes for it, that answers a sign-in with whatever it likes."""

import asyncio
import time

import pytest
from asgiref.sync import sync_to_async

from accounts.hub_sign_in import ask_token_endpoint, fetch_json
from accounts.identity import HubUnreachable, whoami
from accounts.outgoing.errors import OutgoingError
from tests.accounts.outgoing.strangers import OK, repeating, saying, silence, stranger

ENDLESS = repeating(OK + b"\r\n", b"x" * 65_536)
TRICKLE = repeating(OK + b"\r\n", b" ", pause_seconds=0.05)
DEEP = saying(OK + b"\r\n" + b"[" * 90_000)
DEEP_AND_CLOSED = saying(OK + b"\r\n" + b"[" * 900 + b"]" * 900)
COMPRESSED = saying(OK + b"Content-Encoding: gzip\r\n\r\nx")
ELSEWHERE = saying(b"HTTP/1.1 302 Found\r\nLocation: https://evil.example/\r\n\r\n")
PAGE = saying(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>")
NOT_READABLE = {
    "endless": ENDLESS,
    "a byte at a time": TRICKLE,
    "silent": silence,
    "deep": DEEP,
    "deep and closed": DEEP_AND_CLOSED,
    "compressed": COMPRESSED,
    "redirect": ELSEWHERE,
    "page": PAGE,
    "empty": saying(OK + b"\r\n"),
}


@pytest.mark.parametrize("behaviour", NOT_READABLE.values(), ids=NOT_READABLE.keys())
@pytest.mark.parametrize("path", ["/oauth/jwks", "/oauth/userinfo"])
async def test_what_cannot_be_read_is_given_up_in_time(settings, behaviour, path):
    started = time.monotonic()
    async with stranger(behaviour) as server:
        settings.HF_ENDPOINT = server.url
        with pytest.raises(OutgoingError):
            await in_a_thread(fetch_json)(path, "token", seconds=0.5)

    assert time.monotonic() - started < 5
    assert len(server.heads) == 1


@pytest.mark.parametrize("name", ["endless", "a byte at a time", "silent", "compressed"])
async def test_neither_is_a_token_endpoint_waited_for_without_end(settings, name):
    async with stranger(NOT_READABLE[name]) as server, asyncio.timeout(5):
        settings.HF_ENDPOINT = server.url
        with pytest.raises(OutgoingError):
            await in_a_thread(ask_token_endpoint)({"grant_type": "x"}, seconds=0.5)


@pytest.mark.parametrize("behaviour", NOT_READABLE.values(), ids=NOT_READABLE.keys())
async def test_who_a_token_belongs_to_is_not_waited_for_without_end(settings, behaviour):
    settings.HF_TIMEOUT_SECONDS = 0.5
    async with stranger(behaviour) as server, asyncio.timeout(5):
        settings.HF_ENDPOINT = server.url
        with pytest.raises(HubUnreachable):
            await whoami(f"hf_{server.url}")


def in_a_thread(function):
    return sync_to_async(function, thread_sensitive=False)
