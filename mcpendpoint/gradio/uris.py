"""What the URI of a Space's resource is here. Pure: no I/O.

Many Spaces have the same ones, such as `ui://widget/app.html`, so the Space's prefix is put into
them: `ui://gr1/widget/app.html`, which hosts of MCP Apps know by its scheme, and for all others
`gr1+text://motto`. Nobody else can take one: a prefix stays a Space's own.
"""

import re

from mcpendpoint.gradio.naming import prefix_of
from mcpendpoint.protocol.visible_text import has_hidden

VIEWS = "ui://"
MAX_URI_CHARS = 2_000

_EXPRESSION = re.compile(r"\{[^{}]*\}")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,40}:[^\s]+")


def is_uri(text: object) -> bool:
    """Whether it is one, or a template of some, that a client can be told."""
    return (
        isinstance(text, str)
        and len(text) <= MAX_URI_CHARS
        and _URI.fullmatch(text) is not None
        and not has_hidden(text)
    )


def is_view(text: object) -> bool:
    return isinstance(text, str) and text.startswith(VIEWS) and is_uri(text)


def uri_here(prefix: str, uri: str) -> str:
    """Return what a Space's resource, or template, is called here."""
    label = prefix.rstrip("_")
    if uri.startswith(VIEWS):
        return f"{VIEWS}{label}/{uri.removeprefix(VIEWS)}"
    return f"{label}+{uri}"


def uri_there(uri: str) -> tuple[str, str] | None:
    """Return a Space's prefix and what it calls the resource, None for a URI of no Space."""
    if uri.startswith(VIEWS):
        label, slash, own = uri.removeprefix(VIEWS).partition("/")
        own = VIEWS + own
    else:
        label, slash, own = uri.partition("+")
    prefix = f"{label}_"
    return (prefix, own) if slash and prefix_of(prefix) == prefix and is_uri(own) else None


def is_of_template(uri: str, template: str) -> bool:
    """Whether a template may give a URI: what it holds in braces stands for anything.

    By its fixed parts in their order, not by a pattern made of a stranger's text.
    """
    first, *parts = _EXPRESSION.split(template)
    if not parts:
        return uri == template
    *between, last = parts
    if not uri.startswith(first):
        return False
    at = len(first)
    for part in between:
        found = uri.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return len(uri) - len(last) >= at and uri.endswith(last)
