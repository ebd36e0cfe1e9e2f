"""Who a legacy client says it is, carried by the client itself in `Mcp-Session-Id`.

Legacy clients (initialize) name themselves only once, and no worker keeps anything about a client.
So the answer to initialize has a signed session id, which the client sends with each request:
any worker reads it. It is for the dashboard alone: never an identity, never needed, and one that we
cannot read is as good as none.
"""

from dataclasses import dataclass
from secrets import token_urlsafe
from typing import Any

from django.core import signing

from accounts.caching import remember_short

MAX_NAME_LENGTH = 120
_SALT = "mcpendpoint.client_tag"


@dataclass(frozen=True)
class ClientTag:
    name: str
    version: str


UNKNOWN_CLIENT = ClientTag("", "")


def client_tag(client_info: Any) -> ClientTag:
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


def seal(tag: ClientTag) -> str:
    """Return a new session id: no two are the same, as clients of one name and version may be."""
    return signing.dumps([tag.name, tag.version, token_urlsafe(16)], salt=_SALT, compress=True)


@remember_short(max_bytes=8_000_000, max_chars=400)
def unseal(session_id: str) -> ClientTag:
    if len(session_id) > 2_000:
        return UNKNOWN_CLIENT
    try:
        # Whatever else older and newer ones of ours hold.
        name, version, *_rest = signing.loads(session_id, salt=_SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return UNKNOWN_CLIENT
    return ClientTag(_clean(name), _clean(version))
