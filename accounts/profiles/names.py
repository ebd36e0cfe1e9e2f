"""What a profile may be called: it is part of an address."""

import re

from accounts.profile_models import MAX_NAME_LENGTH

FIRST_NAME = "default"
"""What the selection that was there before others is called, until it is renamed."""

RESERVED = frozenset({"mcp", "sse", "messages", "files", "new"})
"""What stands in addresses already, or may come to."""

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def is_profile_name(text: str) -> bool:
    is_short = len(text) <= MAX_NAME_LENGTH
    return is_short and bool(_NAME.fullmatch(text)) and text not in RESERVED


def as_profile_name(text: str) -> str:
    """Return what comes closest to a text, "" if nothing does."""
    name = re.sub(r"[^a-z0-9]+", "-", text.strip().lower()).strip("-")
    name = name[:MAX_NAME_LENGTH].strip("-")
    return name if is_profile_name(name) else ""
