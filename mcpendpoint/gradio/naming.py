"""What a Space's tool is called here. Pure: no I/O.

A name is made of the Space's prefix and the tool's own name, and of nothing else: no other tool
and no other Space can change it. Clients put a prefix of their own before it and cut at 60 or 64
characters, hence MAX_NAME_CHARS; and tools of a Space differ in the ends of their names, as Gradio
begins each with the name of the Space.
"""

import re
from hashlib import sha256

from mcpendpoint.protocol.portable_tools import MAX_NAME_CHARS

NAME_DIGEST_CHARS = 6
_ACCEPTED = re.compile(r"[A-Za-z0-9_-]+")
_FORBIDDEN = re.compile(r"[^A-Za-z0-9_-]+")
_PREFIX = re.compile(r"grp?[1-9][0-9]{0,4}_|grx[0-9a-f]{4}(?:[0-9a-f]{8})?_")


def tool_name(prefix: str, upstream: str) -> str:
    """Return a name that clients accept. What it had to lose is made up for by a digest."""
    room = MAX_NAME_CHARS - len(prefix)
    if len(upstream) <= room and _ACCEPTED.fullmatch(upstream):
        return prefix + upstream
    digest = _digest(upstream, NAME_DIGEST_CHARS)
    name = _FORBIDDEN.sub("_", upstream)[-(room - len(digest) - 1) :].strip("_-")
    return f"{prefix}{digest}_{name}" if name else prefix + digest


def prefix_of(name: str) -> str | None:
    """Return the prefix of a tool that could be a Space's, None if the name is not of that form."""
    found = _PREFIX.match(name)
    return found[0] if found else None


def _digest(text: str, chars: int) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:chars]
