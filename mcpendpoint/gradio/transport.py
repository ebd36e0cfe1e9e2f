"""The pooled HTTP client for Spaces, and where a Space is reached.

Not the client for the Hub: a call may take minutes, and no number of slow Spaces may hold up a
question to the Hub. HTTP/1.1, where closing a response closes the connection, so that the Space
sees a cancelled call. It follows no redirect, sends no cookie and has no credential.
"""

import asyncio
import re
from weakref import WeakKeyDictionary

import httpx2
from django.conf import settings

from accounts.outgoing import tls_context
from mcpendpoint.gradio.errors import SpaceError

CONNECT_SECONDS = 5
IDLE_SECONDS = 60
KEEP_ALIVE_SECONDS = 30
MAX_CONNECTIONS = 200

_SUBDOMAIN = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_SENDABLE_TOKEN = re.compile(r"[\x21-\x7e]{1,20000}")

_clients: WeakKeyDictionary[asyncio.AbstractEventLoop, httpx2.AsyncClient] = WeakKeyDictionary()


def spaces_client() -> httpx2.AsyncClient:
    """Return the client of the running event loop."""
    loop = asyncio.get_running_loop()
    client = _clients.get(loop)
    if client is None:
        client = _clients[loop] = httpx2.AsyncClient(
            follow_redirects=False,
            trust_env=False,
            verify=tls_context(),
            timeout=httpx2.Timeout(IDLE_SECONDS, connect=CONNECT_SECONDS, pool=CONNECT_SECONDS),
            limits=httpx2.Limits(
                max_connections=MAX_CONNECTIONS,
                max_keepalive_connections=40,
                keepalive_expiry=KEEP_ALIVE_SECONDS,
            ),
            # Uncompressed, so that the number of bytes read is the number of bytes held.
            headers={"User-Agent": "hfmcp/1.0", "Accept-Encoding": "identity"},
        )
    return client


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


async def read_body(response: httpx2.Response, max_bytes: int) -> bytes | None:
    """Read a response whole, None if it is larger than that."""
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > max_bytes:
            return None
    return bytes(body)
