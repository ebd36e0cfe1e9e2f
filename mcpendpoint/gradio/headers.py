"""Headers that a Space's tool asks for (`gr.Header`), whose values a person enters. Pure: no I/O.

Gradio names them in the schema's `meta.headers`, in lower case: gradio/mcp.py of 6.31,
get_complete_schema; it hands the app whatever the call's request has.
"""

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

NO_HEADERS: Mapping[str, str] = MappingProxyType({})

MAX_HEADERS = 10
MAX_VALUE_CHARS = 4_000

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,99}")
_VALUE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?")

_OF_EVERY_REQUEST = frozenset(
    {"accept", "accept-encoding", "connection", "content-length", "content-type", "host"}
    | {"user-agent", "x-proxied-host", "x-real-ip", "x-request-id"}
)
_OF_PROXIES = ("forwarded", "x-forwarded-")
"""They come with a request by themselves, or not at all."""

_NOT_FOR_SPACES = frozenset(
    {"cookie", "expect", "keep-alive", "last-event-id", "te", "trailer", "transfer-encoding"}
    | {"upgrade", "x-gradio-user", "x-ip-token"}
)
_NOT_FOR_SPACES_BEGINNINGS = ("content-", "mcp-", "proxy-", "sec-", "x-hf-")
"""They are about the connection or the protocol, or say who the caller is."""


class BadHeader(ValueError):
    """Why a tool's wish for a header cannot be met."""


def headers_wanted(stated: Any) -> tuple[str, ...]:
    """Return the names, in lower case, of the headers that a person has to enter.

    Raises BadHeader.
    """
    if not stated:
        return ()
    if not isinstance(stated, list) or len(stated) > MAX_HEADERS:
        raise BadHeader(f"asks for headers in a way that is not known, or more than {MAX_HEADERS}")
    names = [name.lower() if isinstance(name, str) else "" for name in stated]
    wanted = [name for name in dict.fromkeys(names) if not _comes_by_itself(name)]
    for name in wanted:
        _check(name)
    return tuple(wanted)


def fault_of_value(value: str) -> str | None:
    """Return what is wrong with a header's value, None for nothing."""
    if len(value) > MAX_VALUE_CHARS:
        return f"is longer than {MAX_VALUE_CHARS:,} characters"
    if not _VALUE.fullmatch(value):
        return "holds characters that a header cannot have; those of ASCII can be sent"
    return None


def listed(names: Iterable[str]) -> str:
    names = list(names)
    return f"the header {names[0]}" if len(names) == 1 else f"the headers {', '.join(names)}"


def _comes_by_itself(name: str) -> bool:
    return name in _OF_EVERY_REQUEST or name.startswith(_OF_PROXIES)


def _check(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise BadHeader("asks for a header whose name is none")
    if name in _NOT_FOR_SPACES or name.startswith(_NOT_FOR_SPACES_BEGINNINGS):
        raise BadHeader(f"asks for the header {name[:60]}, which is not for a Space to have")
