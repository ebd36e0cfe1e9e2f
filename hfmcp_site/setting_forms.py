"""What the value of a setting has to look like. Pure: text in, value out, or ValueError."""

import re
from urllib.parse import SplitResult, urlsplit

DEFAULT_PORTS = {"http": 80, "https": 443}

_HOST_NAME = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_-]{1,63}\.?")
_IPV6 = re.compile(r"[0-9a-f:.]+")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*")


def origin(text: str) -> str:
    """Return scheme, host and port of a site, in the one way in which browsers write them."""
    parts = _split(text)
    if parts.scheme not in DEFAULT_PORTS or parts.path not in {"", "/"}:
        raise ValueError("no origin")
    return f"{parts.scheme}://{_authority(parts)}"


def _split(text: str) -> SplitResult:
    parts = urlsplit(text)
    if "@" in parts.netloc or parts.query or parts.fragment or re.search(r"[\s\\]", text):
        raise ValueError("no URL")
    return parts


def _authority(parts: SplitResult) -> str:
    name = host(f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or "")
    port = parts.port  # raises for what is no port
    has_port = port is not None and port != DEFAULT_PORTS.get(parts.scheme)
    return f"{name}:{port}" if has_port else name


def host(text: str) -> str:
    """Return a host name or address in lower case, IPv6 in brackets."""
    name = text.lower()
    bare = name.removeprefix("[").removesuffix("]")
    if ":" in bare and _IPV6.fullmatch(bare):
        return f"[{bare}]"
    if not _HOST_NAME.fullmatch(name):
        raise ValueError("no host name")
    return name
