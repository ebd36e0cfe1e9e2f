"""Which hosts, browsers' origins and headers the endpoint serves (DNS rebinding, CORS)."""

import re
from collections.abc import Sequence

from django.conf import settings
from django.http.request import split_domain_port, validate_host

from accounts.addresses import public_origin
from accounts.caching import remember_short
from mcpendpoint.protocol.request_head import RequestHead

LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})

ANY_ORIGIN = "*"

# Of sites, of browsers' extensions and of apps that are made of pages. Without a path, as browsers
# write it; "null" is none of them.
_ORIGIN = re.compile(r"([a-z][a-z0-9+.-]*)://([^/?#@\s,\\]*)")

CORS_METHODS = "GET, POST, DELETE, OPTIONS"
CORS_HEADERS = (
    "Authorization, Content-Type, Accept, Cache-Control, Last-Event-ID, Pragma, User-Agent, "
    "Baggage, Traceparent, Tracestate, Mcp-Method, Mcp-Name, Mcp-Protocol-Version, "
    "Mcp-Session-Id, X-MCP-Bouquet, X-MCP-Force-Auth, X-MCP-Gradio, X-MCP-Mix, "
    "X-MCP-No-Image-Content, X-Requested-With"
)
CORS_EXPOSED = "Mcp-Protocol-Version, Mcp-Session-Id, Retry-After, WWW-Authenticate, X-Request-Id"


def is_host_served(head: RequestHead) -> bool:
    hosts = head.values("host")
    return len(hosts) == 1 and _is_host_allowed(hosts[0])


def is_origin_served(head: RequestHead) -> bool:
    """No Origin: not a browser. Repeated, foreign or "null": refused."""
    origins = head.values("origin")
    return not origins or _are_allowed(origins)


def _are_allowed(origins: Sequence[str]) -> bool:
    return len(origins) == 1 and _is_origin_allowed(origins[0])


@remember_short(max_bytes=2_000_000, max_chars=260)
def _is_host_allowed(host: str) -> bool:
    domain, _port = split_domain_port(host)
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)


@remember_short(max_bytes=2_000_000, max_chars=260)
def _is_origin_allowed(origin: str) -> bool:
    if origin in settings.MCP_ALLOWED_ORIGINS:  # the only way for "null", which anybody can be
        return True
    found = _ORIGIN.fullmatch(origin)
    if found is None:
        return False
    scheme, host = found.groups()
    if scheme not in {"http", "https"}:
        named = {ANY_ORIGIN, f"{scheme}://*"}
        return not named.isdisjoint(settings.MCP_ALLOWED_ORIGINS)
    domain, _port = split_domain_port(host)
    if not domain:
        return False
    if origin == settings.PUBLIC_URL or ANY_ORIGIN in settings.MCP_ALLOWED_ORIGINS:
        return True
    # A page on this very machine may talk to a server that this machine is allowed to reach.
    return domain in LOOPBACK and validate_host(domain, settings.ALLOWED_HOSTS)


def cors_headers(head: RequestHead) -> dict[str, str]:
    """Return the headers of an answer to a browser whose Origin is served, else none."""
    return cors_headers_for(head.values("origin")) if "origin" in head.headers else {}


def cors_headers_for(origins: Sequence[str]) -> dict[str, str]:
    """Do so for the lines of the Origin header."""
    if not _are_allowed(origins):
        return {}
    return {
        "Access-Control-Allow-Origin": origins[0],
        "Access-Control-Expose-Headers": CORS_EXPOSED,
        "Vary": "Origin",
    }


def preflight_headers(head: RequestHead) -> dict[str, str]:
    requested = head.headers.get("access-control-request-headers", "").lower()
    # Mcp-Param-* names come from a tool's own schema (x-mcp-header), so they are not known here.
    params = [
        name for word in requested.split(",") if (name := word.strip()).startswith("mcp-param-")
    ]
    # Of a site on the internet that asks a server in a private network or on this machine.
    private = "access-control-request-private-network" in head.headers
    return {
        **cors_headers(head),
        **({"Access-Control-Allow-Private-Network": "true"} if private else {}),
        "Access-Control-Allow-Methods": CORS_METHODS,
        "Access-Control-Allow-Headers": ", ".join([CORS_HEADERS, *params[:50]]),
        "Access-Control-Max-Age": "7200",
    }


def public_base(head: RequestHead) -> str:
    """Return the origin under which clients know us, without a trailing slash.

    Only for a host that is_host_served.
    """
    return public_origin(head.scheme, head.headers["host"])
