"""The pooled HTTP client that all outgoing requests of a process share.

It follows no redirect, sends no cookie and has no credential: each caller adds what it means to
send.
"""

import asyncio
from http.cookiejar import CookieJar, DefaultCookiePolicy
from weakref import WeakKeyDictionary

import httpx2
from django.conf import settings

_clients: WeakKeyDictionary[asyncio.AbstractEventLoop, httpx2.AsyncClient] = WeakKeyDictionary()


def http_client() -> httpx2.AsyncClient:
    """Return the client of the running event loop."""
    loop = asyncio.get_running_loop()
    client = _clients.get(loop)
    if client is None:
        client = _clients[loop] = httpx2.AsyncClient(
            # Or a cookie that came with one user's answer would go out with another's request.
            cookies=CookieJar(policy=DefaultCookiePolicy(allowed_domains=[])),
            http2=True,
            follow_redirects=False,
            trust_env=False,
            timeout=httpx2.Timeout(settings.HF_TIMEOUT_SECONDS, connect=5),
            limits=httpx2.Limits(max_connections=100, max_keepalive_connections=40),
            headers={"User-Agent": "hfmcp/1.0"},
        )
    return client
