"""HTTP clients, one for each purpose and event loop.

Many callers share a client, so it carries nothing from one to the next: no cookie is kept, no
redirect is followed, there is no credential but what a request brings, and environment and .netrc
are not read. HTTP/1.1, where a connection serves one request at a time and ends with it when it is
left early. httpcore's HTTP/2 tells the server nothing then and never gives back the flow-control
window of what still comes (httpcore2/_async/http2.py: `acknowledge_received_data` is called by who
reads alone), until everybody's requests on that connection stand still.
"""

import asyncio
import ssl
from dataclasses import dataclass
from functools import cache
from http.cookiejar import CookieJar
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import httpcore2
import httpx2

from accounts.outgoing.public_network import PublicNetwork
from accounts.outgoing.shares import Limits, Places

USER_AGENT = "hfmcp/1.0"
CONNECT_SECONDS = 5.0
KEEP_ALIVE_SECONDS = 30.0


@dataclass(frozen=True)
class Pool:
    name: str
    limits: Limits
    max_idle_connections: int
    network: PublicNetwork | None = None
    """Set for untrusted URLs."""


HUB = Pool("hub", Limits(96, per_caller=32, wait_seconds=10), 40)
"""The Hub's API and its sign-in: answers that are read whole."""

STREAMS = Pool("streams", Limits(32, per_caller=8), 4)
"""What is followed for minutes, such as the log of a job."""

SPACES = Pool("spaces", Limits(200, per_caller=50, per_target=100, wait_seconds=5), 40)
STORAGE_NETWORK = PublicNetwork(beside_hub=True)
STORAGE = Pool("storage", Limits(64, per_caller=16, wait_seconds=10), 16, STORAGE_NETWORK)
"""Where the Hub keeps large files."""

DOCUMENTS = Pool(
    "documents",
    Limits(16, per_caller=4, per_target=4, wait_seconds=1),
    max_idle_connections=0,
    network=PublicNetwork(any_port=True),
)
"""Client ID Metadata Documents, whose URL may have any port."""

FILES = Pool(
    "files",
    Limits(24, per_caller=4, per_target=8, wait_seconds=5),
    max_idle_connections=0,
    network=PublicNetwork(),
)
"""Files on the web that somebody names."""

OURSELVES = Pool("ourselves", Limits(4, per_caller=4), max_idle_connections=0)
"""This server's own address, asked from outside: hfmcp_site.doctor."""

WEBHOOKS = Pool(
    "webhooks",
    Limits(16, per_caller=4, per_target=4, wait_seconds=5),
    max_idle_connections=0,
    network=PublicNetwork(any_port=True),
)
"""Where people want alerts to go."""

PRIVATE_WEBHOOKS = Pool("private webhooks", Limits(4, per_caller=4, wait_seconds=5), 0)
"""Where operators want alerts to go, on hosts that ALERT_PRIVATE_HOSTS names."""

XET_UPLOADS = Pool("xet uploads", Limits(8, per_caller=2, wait_seconds=20), 0)
"""Only the places: hf_xet has an HTTP client of its own."""

_Loop = asyncio.AbstractEventLoop
_clients: WeakKeyDictionary[_Loop, dict[Pool, httpx2.AsyncClient]] = WeakKeyDictionary()
_places: WeakKeyDictionary[_Loop, dict[Pool, Places]] = WeakKeyDictionary()


class _NoCookies(CookieJar):
    """Neither keeps nor sends any, whatever a server says."""

    def extract_cookies(self, response: Any, request: Any) -> None:
        pass

    def add_cookie_header(self, request: Any) -> None:
        pass


@cache
def tls_context() -> ssl.SSLContext:
    """Return what servers are verified with: reading the system's certificates takes a while."""
    return httpx2.create_ssl_context(trust_env=False)


def client_of(pool: Pool) -> httpx2.AsyncClient:
    """Return the client of the running event loop."""
    clients = _clients.setdefault(asyncio.get_running_loop(), {})
    if pool not in clients:
        clients[pool] = new_client(pool)
    return clients[pool]


def places_of(pool: Pool) -> Places:
    places = _places.setdefault(asyncio.get_running_loop(), {})
    if pool not in places:
        places[pool] = Places(pool.limits)
    return places[pool]


class PoolUse(NamedTuple):
    name: str
    taken: int
    waiting: int
    total: int


def pools_in_use() -> list[PoolUse]:
    """Return how the places of each pool are used that the running event loop has needed."""
    places = _places.get(asyncio.get_running_loop(), {})
    return [
        PoolUse(pool.name, len(taken), taken.waiting, pool.limits.total)
        for pool, taken in places.items()
    ]


def new_client(pool: Pool) -> httpx2.AsyncClient:
    transport = httpx2.AsyncHTTPTransport(verify=tls_context(), trust_env=False)
    # httpx2's own pool takes no network backend.
    transport._pool = httpcore2.AsyncConnectionPool(
        ssl_context=tls_context(),
        max_connections=pool.limits.total,
        max_keepalive_connections=pool.max_idle_connections,
        keepalive_expiry=KEEP_ALIVE_SECONDS,
        network_backend=pool.network,
    )
    return httpx2.AsyncClient(
        transport=transport,
        cookies=_NoCookies(),
        follow_redirects=False,
        trust_env=False,
        # Uncompressed, so that the number of bytes read is the number of bytes held.
        headers={"User-Agent": USER_AGENT, "Accept": "*/*", "Accept-Encoding": "identity"},
    )
