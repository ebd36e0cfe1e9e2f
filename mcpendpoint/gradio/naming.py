"""What a Space's tool is called here. Pure: no I/O.

A name is made of the Space's prefix and the tool's own name, and of nothing else: no other tool
and no other Space can change it.
"""

import re
from hashlib import sha256

MAX_NAME_CHARS = 64
DIGEST_CHARS = 4
_FORBIDDEN = re.compile(r"[^A-Za-z0-9_-]+")
_PREFIX = re.compile(r"grp?[1-9][0-9]{0,4}_|grx[0-9a-f]{4}(?:[0-9a-f]{8})?_")


def space_prefix(slot: int, is_private: bool) -> str:
    """Return what the names of a saved Space's tools start with."""
    return f"grp{slot}_" if is_private else f"gr{slot}_"


def url_space_prefix(space_id: str) -> str:
    """Return what the names of the tools of a Space named in the URL start with."""
    return f"grx{_digest(space_id.lower())}_"


def tool_name(prefix: str, upstream: str) -> str:
    """Return a name that clients accept. What it had to lose is made up for by a digest."""
    name = _FORBIDDEN.sub("_", upstream)
    room = MAX_NAME_CHARS - len(prefix)
    if name == upstream and 0 < len(name) <= room:
        return prefix + name
    return f"{prefix}{name[: room - DIGEST_CHARS - 1]}_{_digest(upstream)}"


def prefix_of(name: str) -> str | None:
    """Return the prefix of a tool that could be a Space's, None if the name is not of that form."""
    found = _PREFIX.match(name)
    return found[0] if found else None


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:DIGEST_CHARS]
