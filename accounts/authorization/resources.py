"""The addresses that a token can be for (RFC 8707): the shared endpoint, and each user's own, of
which every profile has one.

All are of PUBLIC_URL, by whatever other name a request came: what a token is for does not depend
on the Host header of whoever sends it. Nobody is given a token for the address of another, so the
name in a personal one is its owner's, be it the name that they have now or one of before.
"""

from collections.abc import Iterable
from enum import StrEnum
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.http.request import validate_host
from django.urls import Resolver404, ResolverMatch, resolve, reverse

from accounts.addresses import personal_path
from accounts.models import User

MAX_RESOURCES = 5


def shared_resource() -> str:
    return str(settings.PUBLIC_URL) + reverse("mcpendpoint:shared")


def personal_resource(username: str, profile: str | None = None) -> str:
    return str(settings.PUBLIC_URL) + personal_path(username.lower(), profile and profile.lower())


class Audience(StrEnum):
    """What a token is for, seen from its owner."""

    SHARED = "shared"
    PERSONAL = "personal"


def audiences_of(resources: Iterable[str]) -> frozenset[str]:
    """Return what a token for these resources is for, as `canonical_resource` writes them: an
    Audience, or the name of a profile after a slash.
    """
    return frozenset(filter(None, map(_audience_of, resources)))


def _audience_of(resource: str) -> str | None:
    match = _match(resource)
    if match is None:
        return None
    if "username" not in match.kwargs:
        return Audience.SHARED
    profile = match.kwargs.get("profile")
    return f"/{profile.lower()}" if profile else Audience.PERSONAL


def is_good_at(audiences: frozenset[str], owner: tuple[str, str | None] | None) -> bool:
    """Return whether a token counts at an address: its owner's, where it has one.

    One whose client named no address, or both of them, counts at those of profiles as well.
    """
    if owner is None:
        return Audience.SHARED in audiences
    if owner[1] is None:
        return Audience.PERSONAL in audiences
    return f"/{owner[1]}" in audiences or audiences.issuperset(Audience)


def own_resources(user: User) -> set[str]:
    """Return the addresses that a token of this user can be for.

    Those of names that they had are among them as long as nobody else has the name: a client goes
    on asking for the one that it was set up with, and is sent on from there.
    """
    former = user.former_names.values_list("name", flat=True)
    free = [name for name in former if not User.objects.filter(username__iexact=name).exists()]
    names = [user.username, *free]
    profiles = [None, *user.profiles.values_list("name", flat=True)]
    own = {personal_resource(name, profile) for name in names for profile in profiles}
    return {shared_resource(), *own}


def default_resources(username: str) -> list[str]:
    """Return what a token is for whose client named no resource: it may use either of the two."""
    return [shared_resource(), personal_resource(username)]


def canonical_resource(uri: str) -> str | None:
    """Return the one way in which we write this resource, None for one that is not ours."""
    match = _match(uri)
    if match is None:
        return None
    if "username" not in match.kwargs:
        return shared_resource()
    return personal_resource(match.kwargs["username"], match.kwargs.get("profile"))


_ENDPOINTS = {
    f"mcpendpoint:{name}{transport}"
    for name in ("shared", "personal", "profile")
    for transport in ("", "_sse")
}


def _match(uri: str) -> ResolverMatch | None:
    """Return which endpoint of ours is meant, if one is."""
    path = _path_here(uri)
    try:
        match = resolve(path.removesuffix("/")) if path else None
    except Resolver404:
        return None
    return match if match is not None and match.view_name in _ENDPOINTS else None


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
