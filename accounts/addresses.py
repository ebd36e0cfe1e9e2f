"""The addresses of this server as the browser in front of us knows them."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.proxies import client_behind

_FORWARDED_FOR = b"x-forwarded-for"


def site_url(request: HttpRequest) -> str:
    """Return the origin of this server, without a trailing slash.

    PUBLIC_URL, since a proxy in front may pass another Host, or one without the port. Where it is
    not set, the host that the browser used (ALLOWED_HOSTS has let it pass).
    """
    return public_origin(request.scheme or "http", request.get_host())


def public_origin(scheme: str, host: str) -> str:
    """Return our origin for a request that came by this scheme, for this host."""
    return str(settings.PUBLIC_URL) if settings.IS_PUBLIC_URL_SET else f"{scheme}://{host}"


def endpoint_url(request: HttpRequest, username: str, profile: str | None = None) -> str:
    """Return the URL that this user gives to their MCP clients."""
    return site_url(request) + personal_path(username, profile)


def personal_path(username: str, profile: str | None = None) -> str:
    """Return the path of this user's endpoint, or of one of their profiles.

    Never fails, whatever name is stored.
    """
    name = username.replace("/", "~") or "~"
    if profile is None:
        return reverse("mcpendpoint:personal", args=[name])
    return reverse("mcpendpoint:profile", args=[name, profile])


def oauth_callback_url(request: HttpRequest) -> str:
    """Return the redirect URL to register for the OAuth app on Hugging Face."""
    return site_url(request) + reverse("accounts:huggingface-callback")


def safe_next_url(request: HttpRequest, url: str | None) -> str | None:
    """Return where to go after sign-in, None for an address that is not on this server.

    A word without a slash is none either: Django would look for a view of that name.
    """
    hosts = {request.get_host(), urlsplit(settings.PUBLIC_URL).netloc}
    is_ours = url_has_allowed_host_and_scheme(
        url, allowed_hosts=hosts, require_https=request.is_secure()
    )
    return url if url and "/" in url and is_ours else None


def client_address(request: HttpRequest) -> str:
    """Return the IP address of the client, "" for a request over a Unix socket."""
    peer, forwarded_for = request.META.get("REMOTE_ADDR"), request.META.get("HTTP_X_FORWARDED_FOR")
    lines = [forwarded_for] if forwarded_for else []
    return client_behind(peer or "", lines, settings.TRUSTED_PROXIES)


def scope_address(scope: dict[str, Any]) -> str:
    """Do so for what ASGI tells of a request."""
    lines = [text.decode("latin-1") for name, text in scope["headers"] if name == _FORWARDED_FOR]
    return client_behind(peer_of(scope), lines, settings.TRUSTED_PROXIES)


def peer_of(scope: dict[str, Any]) -> str:
    """Return the address that a request came from, be it a proxy's; "" for a Unix socket."""
    return (scope.get("client") or ("",))[0] or ""
