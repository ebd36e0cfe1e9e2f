"""Where an authorization code may be sent. Pure: no I/O.

To a site by https, to a program on the person's own computer by http, or to an installed app whose
scheme the administrator knows (OAuth 2.1 section 2.3, RFC 8252).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

MAX_URIS = 10
MAX_URI_LENGTH = 500

_FORBIDDEN = frozenset('\\^`{|}<>"#*')
"""Not in any URI, or a fragment, or a wildcard."""


@dataclass(frozen=True)
class Destination:
    """A redirect URI as a person sees it."""

    is_local: bool
    """Whether it is on the computer of whoever looks at it: a program, not a site."""
    name: str


def problems_with(uris: Iterable[str], app_schemes: Iterable[str]) -> list[str]:
    """Say what is wrong with a client's redirect URIs; an empty list when nothing is."""
    listed = list(uris)
    schemes = frozenset(app_schemes)
    if not listed:
        return ["At least one redirect URI is needed."]
    if len(listed) > MAX_URIS:
        return [f"At most {MAX_URIS} redirect URIs are taken."]
    return [problem for uri in listed if (problem := _problem_with(uri, schemes))]


def _problem_with(uri: str, app_schemes: frozenset[str]) -> str | None:
    shown = uri[:80].encode("ascii", "backslashreplace").decode()
    if len(uri) > MAX_URI_LENGTH:
        return f"{shown}… is longer than {MAX_URI_LENGTH} characters."
    if any(not "!" <= character <= "~" or character in _FORBIDDEN for character in uri):
        return f"{shown} has characters that a redirect URI cannot have."
    parts = _split(uri)
    if parts is None or "@" in parts.netloc:
        return f"{shown} is not a redirect URI."
    if parts.scheme in {"http", "https"} and not parts.hostname:
        return f"{shown} has no host."
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        return f"{shown} is sent in the clear: http is for localhost only."
    if parts.scheme not in {"http", "https", *app_schemes}:
        return f"{shown} has a scheme that this server does not know."
    return None


def _split(uri: str) -> SplitResult | None:
    try:
        parts = urlsplit(uri)
        _ = parts.port  # raises for what is no port
    except ValueError:
        return None
    return parts


def destination_of(uri: str) -> Destination:
    parts = urlsplit(uri)
    if parts.scheme == "https":
        return Destination(is_local=False, name=parts.netloc)
    if parts.scheme == "http":
        return Destination(is_local=True, name=parts.netloc)
    return Destination(is_local=True, name=f"{parts.scheme}://")
