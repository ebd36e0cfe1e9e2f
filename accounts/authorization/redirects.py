"""Where an authorization code may be sent. Pure: no I/O.

To a site by https, to a program on the person's own computer by http, or to an installed app by a
scheme of its own: one made of a domain name (RFC 8252 section 7.1), or one that the administrator
knows, since most desktop apps have a short one.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

MAX_URIS = 10
MAX_URI_LENGTH = 500

_FORBIDDEN = frozenset('\\^`{|}<>"#*')
"""Not in any URI, or a fragment, or a wildcard."""
_HOST = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*|[0-9a-f:.]*:[0-9a-f:.]*")
"""A name, or what urlsplit has found between brackets: nothing that a browser reads otherwise."""

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*")
_OF_A_DOMAIN = re.compile(r"[a-z][a-z0-9-]*(\.[a-z0-9][a-z0-9-]*)+")
_NEVER = frozenset(
    {
        # Sites, which have rules of their own
        *("http", "https", "ws", "wss", "ftp", "sftp", "gopher"),
        # Script and content
        *("javascript", "vbscript", "livescript", "mocha", "data", "blob", "filesystem"),
        *("jar", "mhtml", "res", "mk", "its", "ms-its", "hcp", "help", "shell"),
        # Files, and the browser's own pages
        *("file", "about", "view-source", "resource", "content", "devtools", "edge", "brave"),
        *("chrome", "chrome-extension", "chrome-search", "chrome-untrusted", "opera", "vivaldi"),
        *("moz-extension", "moz-icon", "safari-web-extension", "ms-browser-extension"),
        # What the system opens, with more than a code
        *("intent", "android-app", "itms-services", "market", "mailto", "tel", "sms", "callto"),
        *("facetime", "search-ms", "ms-msdt", "ms-settings", "ms-appinstaller", "magnet"),
        *("ldap", "ldaps", "smb", "nfs", "ssh", "telnet", "x-apple.systempreferences"),
    }
)


@dataclass(frozen=True)
class Destination:
    """A redirect URI as a person sees it."""

    is_local: bool
    """Whether it is on the computer of whoever looks at it: a program, not a site."""
    name: str


def problem_with_scheme(scheme: str) -> str | None:
    """Say why codes cannot be sent to apps by this scheme, None when they can."""
    if not _SCHEME.fullmatch(scheme):
        return "is not the name of a scheme, such as `cursor`"
    if scheme in _NEVER:
        return "is never the scheme of an app that waits for a code"
    return None


def usable(uris: Iterable[str], app_schemes: Collection[str]) -> tuple[list[str], list[str]]:
    """Return the redirect URIs that can be used, at most MAX_URIS, and what is wrong with others.

    RFC 7591 section 3.2.1: a client that names one more than we like may have the rest.
    """
    good: list[str] = []
    problems: list[str] = []
    for uri in dict.fromkeys(uris):
        problem = _problem_with(uri, app_schemes)
        if problem is not None:
            problems.append(problem)
        elif len(good) == MAX_URIS:
            problems.append(f"At most {MAX_URIS} redirect URIs are taken.")
            break
        else:
            good.append(uri)
    return good, problems


def _problem_with(uri: str, app_schemes: Collection[str]) -> str | None:
    shown = uri[:80].encode("ascii", "backslashreplace").decode()
    if len(uri) > MAX_URI_LENGTH:
        return f"{shown}… is longer than {MAX_URI_LENGTH} characters."
    if any(not "!" <= character <= "~" or character in _FORBIDDEN for character in uri):
        return f"{shown} has characters that a redirect URI cannot have."
    parts = _split(uri)
    if parts is None or "@" in parts.netloc:
        return f"{shown} is not a redirect URI."
    if parts.scheme not in {"http", "https"}:
        return _problem_with_app(shown, parts, app_schemes)
    if not _HOST.fullmatch(parts.hostname or ""):
        return f"{shown} has no host."
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        return f"{shown} is sent in the clear: http is for localhost only."
    return None


def _problem_with_app(shown: str, parts: SplitResult, app_schemes: Collection[str]) -> str | None:
    if problem_with_scheme(parts.scheme):
        return f"{shown} is not a redirect URI of an app."
    if parts.scheme not in app_schemes and not _OF_A_DOMAIN.fullmatch(parts.scheme):
        return (
            f"{shown} has a scheme that this server does not know. It takes those that are made "
            "of a domain name (com.example.app) and those in OAUTH_APP_SCHEMES."
        )
    if not (parts.netloc or parts.path):
        return f"{shown} leads nowhere in the app."
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
