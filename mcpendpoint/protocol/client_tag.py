"""Who a client says it is. It is for the dashboard alone: never an identity, never needed."""

from dataclasses import dataclass
from typing import Any

MAX_NAME_LENGTH = 120


@dataclass(frozen=True)
class ClientTag:
    name: str
    version: str


UNKNOWN_CLIENT = ClientTag("", "")


def read_client_tag(client_info: Any) -> ClientTag:
    """Return the name and version in a client's own `clientInfo`, hostile until cut and cleaned."""
    if not isinstance(client_info, dict):
        return UNKNOWN_CLIENT
    return ClientTag(_clean(client_info.get("name")), _clean(client_info.get("version")))


def _clean(value: Any) -> str:
    if not isinstance(value, str):
        return ""
    shown = value[:MAX_NAME_LENGTH]
    if not shown.isprintable():
        shown = "".join(c for c in shown if c.isprintable())
    return shown.strip()
