"""The scopes that an OAuth token names itself. Pure: no I/O."""

import base64
import binascii
from typing import Any

import orjson

MAX_OAUTH_TOKEN_CHARS = 16_384


def oauth_scopes(token: str) -> list[str] | None:
    """Return the scopes that an OAuth token names itself: information, never proof."""
    parts = token.removeprefix("hf_oauth_").split(".")
    if len(token) > MAX_OAUTH_TOKEN_CHARS or len(parts) != 3:
        return None
    try:
        payload: Any = orjson.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (binascii.Error, ValueError):
        return None
    scope = payload.get("scope") if isinstance(payload, dict) else None
    if isinstance(scope, str):
        scope = scope.split()
    return [str(item) for item in scope] if isinstance(scope, list) else None
