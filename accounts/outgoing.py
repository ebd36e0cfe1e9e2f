"""The pooled HTTP clients that all outgoing requests of a process share, but those to Spaces.

They follow no redirect, send no cookie and have no credential: each caller adds what it means to
send.
"""

import asyncio
import ssl
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from weakref import WeakKeyDictionary

import httpx2
from django.conf import settings

_Clients = WeakKeyDictionary[asyncio.AbstractEventLoop, httpx2.AsyncClient]

_clients: _Clients = WeakKeyDictionary()
_stream_clients: _Clients = WeakKeyDictionary()


@cache
def tls_context(*, http2: bool = False) -> ssl.SSLContext:
    """Return what servers are verified with: reading the system's certificates takes a while.

    One for each protocol, since a connection notes in it what it offers to speak.
    """
    return httpx2.create_ssl_context(trust_env=False)


def http_client() -> httpx2.AsyncClient:
    """Return the client of the running event loop."""
    return _of_this_loop(_clients, http2=True, max_connections=100, max_keepalive=40)


def stream_client() -> httpx2.AsyncClient:
    """Return the client for answers that may be left before their end.

    HTTP/1.1, where that closes the connection: httpcore's HTTP/2 does not tell the server, which
    goes on sending until the connection, and all others' requests on it, stand still.
    """
    return _of_this_loop(_stream_clients, http2=False, max_connections=40, max_keepalive=4)


def _of_this_loop(
    clients: _Clients, *, http2: bool, max_connections: int, max_keepalive: int
) -> httpx2.AsyncClient:
    loop = asyncio.get_running_loop()
    client = clients.get(loop)
    if client is None:
        client = clients[loop] = httpx2.AsyncClient(
            # Or a cookie that came with one user's answer would go out with another's request.
            cookies=CookieJar(policy=DefaultCookiePolicy(allowed_domains=[])),
            http2=http2,
            verify=tls_context(http2=http2),
            follow_redirects=False,
            trust_env=False,
            timeout=httpx2.Timeout(settings.HF_TIMEOUT_SECONDS, connect=5),
            limits=httpx2.Limits(
                max_connections=max_connections, max_keepalive_connections=max_keepalive
            ),
            headers={"User-Agent": "hfmcp/1.0"},
        )
    return client
