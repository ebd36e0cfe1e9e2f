"""Opaque cursors of a tool's own paging: where each listing goes on, for one query only.

A cursor carries no right: whatever it names is asked for as the caller who sends it. It is still
untrusted input, so every part is checked. Pure: no I/O.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import orjson

from mcpendpoint.hub.pages import MAX_CURSOR_CHARS

MAX_CURSOR_TEXT_CHARS = 12_000
MAX_SKIP = 1_000


class BadCursor(ValueError):
    """The cursor is not one of ours, or belongs to another query."""


@dataclass(frozen=True)
class Position:
    """Where a listing goes on: the Hub's cursor of a page, and how much of that page was given."""

    hub_cursor: str | None = None
    skip: int = 0


def encode(query: Any, positions: Mapping[str, Position]) -> str:
    state = {name: [position.hub_cursor, position.skip] for name, position in positions.items()}
    text = orjson.dumps([_fingerprint(query), state])
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def decode(query: Any, cursor: str) -> dict[str, Position]:
    """Raises BadCursor."""
    try:
        fingerprint, state = orjson.loads(
            base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        )
        positions = {name: _position(*parts) for name, parts in state.items()}
    except (binascii.Error, ValueError, TypeError, AttributeError) as error:
        raise BadCursor("It is not a cursor that this tool returned.") from error
    if fingerprint != _fingerprint(query):
        raise BadCursor("It belongs to other arguments: repeat those it was returned for.")
    return positions


def _position(hub_cursor: Any, skip: Any) -> Position:
    is_cursor = hub_cursor is None or (
        isinstance(hub_cursor, str) and len(hub_cursor) <= MAX_CURSOR_CHARS
    )
    if not is_cursor or type(skip) is not int or not 0 <= skip <= MAX_SKIP:
        raise ValueError
    return Position(hub_cursor, skip)


def _fingerprint(query: Any) -> str:
    return sha256(orjson.dumps(query, option=orjson.OPT_SORT_KEYS)).hexdigest()[:12]
