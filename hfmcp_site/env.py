"""Reads our settings from the environment and `.env`; the only reader of either.

A wrong value stops start-up with its name and what it should be.
"""

import re
import secrets
from collections.abc import Callable, Iterable
from functools import partial
from ipaddress import IPv4Network, IPv6Network, ip_network
from os import devnull, getuid
from pathlib import Path
from sys import platform
from tempfile import gettempdir
from typing import Any, TypeVar

import environ
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

from accounts.proxies import Proxies, read_proxies
from hfmcp_site import setting_forms
from hfmcp_site.directories import hub_token_file, user_data_directory
from hfmcp_site.space_environment import settings_of_space

T = TypeVar("T")

MOST = 1_000_000_000
MOST_BYTES = 10**15
MOST_DAYS = 36_500
MOST_SECONDS = 86_400

PACKAGE = Path(__file__).resolve().parent
CHECKOUT = PACKAGE.parent
"""What is above this package, if it is not installed."""

IS_INSTALLED = (PACKAGE / "templates").is_dir()
FILES = PACKAGE if IS_INSTALLED else CHECKOUT
"""Where templates and static files are."""

GENERATED: dict[str, Callable[[], str]] = {
    "SECRET_KEY": lambda: secrets.token_urlsafe(50),
    "FIELD_ENCRYPTION_KEYS": lambda: Fernet.generate_key().decode(),
}

SAMPLERS = tuple(
    f"{parent}{name}"
    for parent in ("", "PARENTBASED_")
    for name in ("ALWAYS_ON", "ALWAYS_OFF", "TRACEIDRATIO")
)
"""Of traces, as OTEL_TRACES_SAMPLER names them."""

SHARED_METRICS = "PROMETHEUS_MULTIPROC_DIR"
"""As the library of Prometheus reads it, too."""

env = environ.Env()
# hf_xet would keep a log and folders in the home directory, and fail where that is read-only.
env.ENVIRON.setdefault("HF_XET_LOG_DEST", devnull)
env.ENVIRON.setdefault("HF_XET_CACHE", f"{gettempdir()}/hfmcp-xet-{getuid()}")


def begin(directory: Path | None = None) -> None:
    """Read `.env`. `directory` is where that and the data are, for processes started from here too;
    else the variable HFMCP_DIRECTORY says so.
    """
    if directory is not None:
        env.ENVIRON["HFMCP_DIRECTORY"] = str(directory.expanduser().absolute())
    env.read_env(data_directory() / ".env")
    for name, value in settings_of_space(env.ENVIRON).items():
        env.ENVIRON.setdefault(name, value)


def data_directory() -> Path:
    if given := env.ENVIRON.get("HFMCP_DIRECTORY"):
        return Path(given)
    return user_data_directory(platform, env.ENVIRON) if IS_INSTALLED else CHECKOUT


def database_folder() -> Path:
    directory = data_directory()
    return directory / "var" if directory == CHECKOUT else directory


def default_database() -> str:
    return f"sqlite:///{database_folder()}/hfmcp.sqlite3"


def default_files() -> Path:
    return database_folder() / "files"


_only: frozenset[str] | None = None


def keep_to(names: Iterable[str]) -> None:
    """Take settings by these names only, and make up secrets for this process.

    A client passes on what is in its own environment: DEBUG or DATABASE_URL may be of others.
    """
    global _only
    _only = frozenset(names)


def _checked(name: str, read: Callable[[], T], should_be: str) -> T:
    try:
        return read()
    except (ValueError, ImproperlyConfigured) as error:
        raise ImproperlyConfigured(f"{name} should be {should_be}.") from error


def text(name: str, default: str = "") -> str:
    if _only is not None and name not in _only:
        return GENERATED[name]() if name in GENERATED else default
    return str(env.str(name, default)).strip()


def boolean(name: str, *, default: bool) -> bool:
    value = (text(name) or str(default)).lower()
    if value in {"true", "1", "yes", "on"}:
        return True
    if value in {"false", "0", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} should be true or false.")


def choice(name: str, default: str, *choices: str) -> str:
    """Return one of the choices, however its case is."""
    value = (text(name) or default).upper()
    if value not in choices:
        raise ImproperlyConfigured(f"{name} should be one of {', '.join(choices)}.")
    return value


def subset(name: str, everything: str, default: str | None = None) -> frozenset[str]:
    """Return which words of a list are chosen: all where nothing is said, or those of `default`;
    none for "none".
    """
    given = words(name, everything if default is None else default)
    chosen = frozenset(word.lower() for word in given) - {"none"}
    if chosen - set(everything.split(",")):
        raise ImproperlyConfigured(f"{name} should be some of {everything}, or none.")
    return chosen


def integer(name: str, default: int, *, minimum: int = 0, maximum: int = MOST) -> int:
    given = text(name) or str(default)
    value = _checked(name, lambda: int(given), "a whole number")
    if not minimum <= value <= maximum:
        raise ImproperlyConfigured(f"{name} should be from {minimum:,} to {maximum:,}.")
    return value


def directory(name: str, default: Path) -> Path:
    """Return an absolute path of what may not exist yet."""
    given = text(name)
    return Path(given).expanduser().absolute() if given else default


def existing_directory(name: str) -> str:
    """Return what may be left out."""
    given = text(name)
    if given and not Path(given).is_dir():
        raise ImproperlyConfigured(f"{name} should be a folder that there is.")
    return given


def words(name: str, default: str = "") -> list[str]:
    """Return a comma-separated list, without empty entries."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def each(name: str, default: str, read: Callable[[str], str], should_be: str) -> list[str]:
    """Return a comma-separated list, each word of which has a form of its own."""
    return [
        _checked(name, lambda word=word: read(word), f"{should_be}, which {word[:60]!r} is not")  # type: ignore[misc]
        for word in words(name, default)
    ]


def form(name: str, read: Callable[[str], str], should_be: str) -> str:
    """Return what may be left out, and has a form that nobody is told the value of."""
    value = text(name)
    return _checked(name, lambda: read(value), should_be) if value else ""


def url(name: str, default: str) -> str:
    """Return an http(s) URL without a trailing slash."""
    given = text(name) or default
    return _checked(name, lambda: setting_forms.url(given), "a URL such as https://example.org")


def optional_url(name: str) -> str:
    return url(name, "") if text(name) else ""


def sampler(name: str, default: str) -> str:
    return choice(name, default, *SAMPLERS)


def origin(name: str, default: str) -> str:
    """Return the scheme, host and port of a site, without a slash at the end."""
    given = text(name) or default
    return _checked(
        name,
        lambda: setting_forms.origin(given),
        "a scheme and a host without a path, such as https://mcp.example.org",
    )


def url_template(name: str, default: str, *places: str) -> str:
    """Return a URL with `{place}` for each of the places, and no other braces."""
    value = (text(name) or default).rstrip("/")
    _checked(
        name,
        lambda: setting_forms.url(re.sub(r"\{\w+\}", "x", value)),
        f"a URL such as {default}",
    )
    rest = value
    for place in places:
        rest = rest.replace(f"{{{place}}}", "", 1)
    if len(rest) != len(value) - sum(len(place) + 2 for place in places) or set(rest) & set("{}"):
        raise ImproperlyConfigured(f"{name} should be a URL such as {default}.")
    return value


def proxies(name: str) -> Proxies:
    return _checked(
        name,
        lambda: read_proxies(text(name) or "0"),
        "a number of proxies, or their addresses and networks, separated by commas",
    )


def networks(name: str, default: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """Return addresses and networks; none for "none"."""
    given = text(name) or default
    if given.lower() == "none":
        return ()
    read = partial(ip_network, strict=False)
    return _checked(
        name,
        lambda: tuple(read(word) for word in words(name, default)),
        "addresses and networks, separated by commas, or none",
    )


def secret(name: str) -> str:
    value = text(name)
    if not value:
        raise ImproperlyConfigured(
            f"{name} should be set, and not empty. Run `make run` or `hfmcp run` once, or "
            "`python -m hfmcp_site.bootstrap`, to write one to .env; an empty variable of the "
            "environment hides it, so take that away."
        )
    return value


def fernet_keys(name: str) -> list[str]:
    """Return keys to encrypt (the first) and decrypt (all) with."""
    keys = [word.strip() for word in secret(name).split(",") if word.strip()]
    _checked(name, lambda: list(map(Fernet, keys)), "a comma-separated list of Fernet keys")
    return keys


def hub_scopes(
    name: str, default: str, required: frozenset[str] | set[str] = frozenset()
) -> list[str]:
    """Return OAuth scopes of Hugging Face, with those without which nobody can sign in."""
    scopes = each(name, default, setting_forms.oauth_scope, "scopes of Hugging Face")
    if missing := required - set(scopes):
        raise ImproperlyConfigured(f"{name} should have {' and '.join(sorted(missing))} in it.")
    return scopes


def database(name: str, default: str) -> dict[str, Any]:
    value = text(name) or default
    return _checked(
        name,
        lambda: dict(environ.Env.db_url_config(setting_forms.database_url(value))),
        "a URL such as postgres://user:password@host/name or sqlite:////folder/file.sqlite3",
    )


def email(name: str) -> dict[str, Any]:
    """Return Django's settings of a mail server, {} where there is none."""
    value = text(name)
    if not value:
        return {}
    return _checked(
        name,
        lambda: dict(environ.Env.email_url_config(setting_forms.email_url(value))),
        "a URL such as smtp+tls://user:password@host:587",
    )


def token_file() -> Path:
    return hub_token_file(env.ENVIRON)
