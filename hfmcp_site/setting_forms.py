"""What the value of a setting has to look like. Pure: text in, value out, or ValueError."""

import re
from urllib.parse import SplitResult, urlsplit

from accounts.authorization.redirects import problem_with_scheme
from accounts.operators.subjects import OF_ORGANIZATION, word_of

DEFAULT_PORTS = {"http": 80, "https": 443}

_HOST_NAME = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_-]{1,63}\.?")
_IPV6 = re.compile(r"[0-9a-f:.]+")
_HUB_NAME = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9_])?")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*")
_KEY_PART = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")


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
    name = host(parts.hostname or "")
    port = parts.port  # raises for what is no port
    has_port = port is not None and port != DEFAULT_PORTS.get(parts.scheme)
    return f"{name}:{port}" if has_port else name


def host_of(url: str) -> str:
    """Return the host of an origin as Django's ALLOWED_HOSTS has it."""
    hostname = urlsplit(url).hostname or ""
    return f"[{hostname}]" if ":" in hostname else hostname


def host(text: str) -> str:
    """Return a host name or address in lower case, IPv6 in brackets."""
    name = text.lower()
    bare = name.removeprefix("[").removesuffix("]")
    if ":" in bare and _IPV6.fullmatch(bare):
        return f"[{bare}]"
    if not _HOST_NAME.fullmatch(name):
        raise ValueError("no host name")
    return name


def allowed_host(text: str) -> str:
    """Return an entry of Django's ALLOWED_HOSTS: a host, `.example.org`, or `*`."""
    if text == "*":
        return text
    if text.startswith("."):
        return f".{host(text[1:])}"
    return host(text)


def allowed_origin(text: str) -> str:
    """Return an origin of browser clients, of an extension or of an app; `*`, or `scheme://*`."""
    if text in {"*", "null"}:
        return text
    parts = _split(text)
    if parts.scheme in DEFAULT_PORTS:
        return origin(text)
    if not _SCHEME.fullmatch(parts.scheme) or "://" not in text or parts.path not in {"", "/"}:
        raise ValueError("no origin")
    return f"{parts.scheme}://{parts.netloc}"


def url(text: str) -> str:
    """Return an http(s) URL without a slash at the end; it may have a path."""
    parts = _split(text)
    if parts.scheme not in DEFAULT_PORTS:
        raise ValueError("no URL")
    _authority(parts)
    return text.rstrip("/")


def database_url(text: str) -> str:
    parts = _split_database(text)
    if parts.scheme in {"postgres", "postgresql"} and (parts.hostname or parts.query):
        if parts.path.strip("/"):
            return text
    elif parts.scheme == "sqlite" and parts.path.strip("/"):
        return text
    raise ValueError("no database")


def _split_database(text: str) -> SplitResult:
    parts = urlsplit(text)
    _ = parts.port  # raises for what is no port
    return parts


def redis_url(text: str) -> str:
    parts = _split_database(text)
    if parts.scheme not in {"redis", "rediss", "unix"} or not (parts.hostname or parts.path):
        raise ValueError("no Redis")
    return text


def hf_person(text: str) -> str:
    """Return a name, or an id, of a user of Hugging Face."""
    if word_of(text).startswith(OF_ORGANIZATION):
        raise ValueError("no person")
    return text


def contact(text: str) -> str:
    """Return how whoever runs the server is reached, to be shown as it stands."""
    if len(text) > 200 or not text.isprintable():
        raise ValueError("no line")
    return text


def oauth_scope(text: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_-]*", text):
        raise ValueError("no scope")
    return text


def app_scheme(text: str) -> str:
    """Return the scheme of an installed app, never one that runs or shows what it names."""
    scheme = text.lower()
    if problem := problem_with_scheme(scheme):
        raise ValueError(problem)
    return scheme


def space_pattern(text: str) -> str:
    """Return a Space's id, or `owner/*` for all of one, in lower case."""
    owner, slash, name = text.partition("/")
    if not slash or not _HUB_NAME.fullmatch(owner):
        raise ValueError("no Space")
    if name != "*" and not _HUB_NAME.fullmatch(name):
        raise ValueError("no Space")
    return text.lower()


EMAIL_SCHEMES = {"smtp", "smtp+tls", "smtp+ssl", "consolemail"}
"""Of django-environ's, those that say what they do: its "smtps" is STARTTLS."""


def email_url(text: str) -> str:
    parts = _split_database(text)
    if parts.scheme not in EMAIL_SCHEMES or parts.query or parts.path.strip("/"):
        raise ValueError("no mail server")
    if parts.scheme != "consolemail" and not parts.hostname:
        raise ValueError("no mail server")
    return text


def email_address(text: str) -> str:
    """Return an address without a name beside it."""
    if not re.fullmatch(r"[^\s<>@,;:\"]{1,64}@[^\s<>@,;:\"]{1,255}", text):
        raise ValueError("no address")
    return text


def token(value: str) -> str:
    """Raises ValueError for what is easily guessed, or can stand in no header."""
    if not re.fullmatch(r"[\x21-\x7e]{20,500}", value):
        raise ValueError("no token")
    return value


def bucket_name(text: str) -> str:
    """Return a name by S3's rules, or with an underscore, which some of those like it take."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]", text):
        raise ValueError("no bucket")
    return text


def region(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9-]{1,40}", text):
        raise ValueError("no region")
    return text


def key_prefix(text: str) -> str:
    """Return what keys of a bucket begin with, without a slash at the end."""
    prefix = text.rstrip("/")
    if len(prefix) > 200 or not all(map(_KEY_PART.fullmatch, prefix.split("/"))):
        raise ValueError("no prefix")
    return prefix
