"""The addresses that a token can be for (RFC 8707): the shared endpoint and each user's own.

Both are of PUBLIC_URL, by whatever other name a request came: what a token is for does not depend
on the Host header of whoever sends it. Nobody is given a token for the address of another, so the
name in a personal one is its owner's, be it the name that they have now or one of before.
"""

from collections.abc import Iterable
from enum import StrEnum
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.http.request import validate_host
from django.urls import Resolver404, resolve, reverse

from accounts.addresses import personal_path
from accounts.models import User

MAX_RESOURCES = 5


def shared_resource() -> str:
    return str(settings.PUBLIC_URL) + reverse("mcpendpoint:shared")


def personal_resource(username: str) -> str:
    return str(settings.PUBLIC_URL) + personal_path(username.lower())


class Audience(StrEnum):
    """What a token is for, seen from its owner."""

    SHARED = "shared"
    PERSONAL = "personal"


def audiences_of(resources: Iterable[str]) -> frozenset[Audience]:
    """Return what a token for these resources is for, as `canonical_resource` writes them."""
    kinds = {
        Audience.SHARED if resource == shared_resource() else Audience.PERSONAL
        for resource in resources
        if canonical_resource(resource) is not None
    }
    return frozenset(kinds)


def own_resources(user: User) -> set[str]:
    """Return the addresses that a token of this user can be for.

    Those of names that they had are among them as long as nobody else has the name: a client goes
    on asking for the one that it was set up with, and is sent on from there.
    """
    former = user.former_names.values_list("name", flat=True)
    free = [name for name in former if not User.objects.filter(username__iexact=name).exists()]
    return {*default_resources(user.username), *map(personal_resource, free)}


def default_resources(username: str) -> list[str]:
    """Return what a token is for whose client named no resource: it may use either of the two."""
    return [shared_resource(), personal_resource(username)]


def canonical_resource(uri: str) -> str | None:
    """Return the one way in which we write this resource, None for one that is not ours."""
    path = _path_here(uri)
    try:
        match = resolve(path.removesuffix("/")) if path else None
    except Resolver404:
        return None
    if match is None:
        return None
    if match.view_name in {"mcpendpoint:shared", "mcpendpoint:shared_sse"}:
        return shared_resource()
    if match.view_name in {"mcpendpoint:personal", "mcpendpoint:personal_sse"}:
        return personal_resource(match.kwargs["username"])
    return None


def names_whole_server(uri: str) -> bool:
    """Return whether this is our bare origin, which leaves open which of our addresses is meant.

    fastmcp's client up to 2.13 drops the path of what it connects to (PrefectHQ/fastmcp#2419), and
    RFC 8707 section 2 has such a value for the only application of a host.
    """
    return _path_here(uri) in {"", "/"}


def _path_here(uri: str) -> str | None:
    try:
        parts = urlsplit(uri)
        is_here = _is_our_origin(parts) and "@" not in parts.netloc and "#" not in uri
    except ValueError:
        return None
    return parts.path if is_here else None


def _is_our_origin(parts: SplitResult) -> bool:
    if not settings.IS_PUBLIC_URL_SET:
        # Clients are told the address by which they came (accounts.addresses).
        named = [host for host in settings.ALLOWED_HOSTS if host != "*"]
        hostname = parts.hostname or ""
        return validate_host(f"[{hostname}]" if ":" in hostname else hostname, named)
    ours = urlsplit(settings.PUBLIC_URL)
    return (parts.scheme, parts.hostname, parts.port or _port(parts.scheme)) == (
        ours.scheme,
        ours.hostname,
        ours.port or _port(ours.scheme),
    )


def _port(scheme: str) -> int | None:
    return {"http": 80, "https": 443}.get(scheme)
