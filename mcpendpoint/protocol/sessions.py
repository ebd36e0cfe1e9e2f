"""Sessions of legacy clients, which live nowhere: `Mcp-Session-Id` is a signed note.

It says what `initialize` said, so that any worker knows it, also after a restart. It is no
credential: whoever sends it has to be who it belongs to.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any

from django.core import signing

from accounts.caching import remember_short
from mcpendpoint.protocol import apps
from mcpendpoint.protocol.client_tag import UNKNOWN_CLIENT, ClientTag, read_client_tag

_SALT = "mcpendpoint.session"

MAX_NOTE_CHARS = 2_000

_CAPABILITIES: dict[str, frozenset[str]] = {
    "elicitation": frozenset({"form", "url"}),
    "roots": frozenset({"listChanged"}),
    "sampling": frozenset({"context", "tools"}),
}
"""Those that a server acts by; what else a client declares is not kept."""

_VIEWS = "views"
"""The word for MCP Apps, which are an extension."""


@dataclass(frozen=True)
class Session:
    client: ClientTag
    protocol_version: str = ""
    capabilities: str = ""
    """Words such as "elicitation elicitation.form roots"."""
    number: str = ""
    """Random: no two sessions are the same, as clients of one name and version may be."""
    owner: str = ""
    """Digest of whom it belongs to."""
    began_at: int = 0
    """By time.time()."""

    @property
    def client_capabilities(self) -> dict[str, Any]:
        """As the client declared them, as far as they are kept."""
        declared: dict[str, Any] = {}
        for word in self.capabilities.split():
            if word == _VIEWS:
                declared |= apps.DECLARED
                continue
            name, _, part = word.partition(".")
            parts = declared.setdefault(name, {})
            if part:
                parts[part] = True if part == "listChanged" else {}
        return declared

    def belongs_to(self, owners: Iterable[str]) -> bool:
        return any(self.owner == _owner_digest(self.number, owner) for owner in owners)


def begin_session(
    client: ClientTag, protocol_version: str, declared: Any, owner: str, number: str = ""
) -> str:
    """Return the id of a new session. `owner` tells one caller from another."""
    number = number or token_urlsafe(16)
    note = [
        *(client.name, client.version, protocol_version),
        _capability_words(declared),
        *(number, _owner_digest(number, owner), int(time.time())),
    ]
    return signing.dumps(note, salt=_SALT, compress=True)


@remember_short(max_bytes=8_000_000, max_chars=800)
def read_session(session_id: str) -> Session | None:
    """Return None for an id that is none of ours."""
    if len(session_id) > MAX_NOTE_CHARS:
        return None
    try:
        name, version, protocol_version, capabilities, number, owner, began_at, *_rest = (
            signing.loads(session_id, salt=_SALT)
        )
        return Session(
            read_client_tag({"name": name, "version": version}),
            *(str(protocol_version), str(capabilities), str(number), str(owner)),
            int(began_at),
        )
    except (signing.BadSignature, ValueError, TypeError):
        return None


def known_capabilities(declared: Any) -> dict[str, Any]:
    """Return what a client declares, as far as a server acts by it; hostile until then."""
    return Session(UNKNOWN_CLIENT, capabilities=_capability_words(declared)).client_capabilities


def _owner_digest(number: str, owner: str) -> str:
    return sha256(f"{number} {owner}".encode()).hexdigest()[:16]


def _capability_words(declared: Any) -> str:
    if not isinstance(declared, dict):
        return ""
    words = [_VIEWS] if apps.shows_views(declared) else []
    for name, parts in _CAPABILITIES.items():
        value = declared.get(name)
        if isinstance(value, dict):
            words.append(name)
            # `null`, `false` and the like declare nothing; `{}` does.
            words += [
                f"{name}.{part}" for part in sorted(parts) if value.get(part) not in (None, False)
            ]
    return " ".join(words)
