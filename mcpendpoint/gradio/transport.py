"""Requests to a Space: its URL, the caller's token, the caller's share of the pool."""

import re
from collections.abc import AsyncIterable, AsyncIterator, Mapping
from contextlib import asynccontextmanager

from django.conf import settings

from accounts.outgoing.asking import OpenAnswer, Request, open_answer
from accounts.outgoing.pools import SPACES
from mcpendpoint.gradio.errors import SpaceError

IDLE_SECONDS = 60

_SUBDOMAIN = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_BELOW_SPACE = re.compile(r"/(?:--replicas/|gradio_api/|config$)")
_SENDABLE_TOKEN = re.compile(r"[\x21-\x7e]{1,20000}")


@asynccontextmanager
async def ask_space(
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes | AsyncIterable[bytes] | None = None,
    *,
    seconds: float,
) -> AsyncIterator[OpenAnswer]:
    """Open the answer of a Space. Raises OutgoingError."""
    space = _BELOW_SPACE.split(url, maxsplit=1)[0]
    request = Request(method, url, headers, body, target=space)
    async with open_answer(
        SPACES, request, seconds=seconds, silence_seconds=IDLE_SECONDS
    ) as answer:
        yield answer


def space_url(subdomain: str) -> str:
    """Return where the Space with this subdomain, as the Hub told it, is reached."""
    if not _SUBDOMAIN.fullmatch(subdomain):
        raise SpaceError("The Hub gave an address for the Space that is none.")
    return str(settings.HF_SPACE_URL).replace("{subdomain}", subdomain)


def token_header(token: str | None) -> dict[str, str]:
    """Return the header that the Spaces' proxy reads and removes, so that no app sees the token."""
    if token is None:
        return {}
    if not _SENDABLE_TOKEN.fullmatch(token):
        raise SpaceError("The token holds characters that no Hugging Face token has.")
    return {"X-HF-Authorization": f"Bearer {token}"}
