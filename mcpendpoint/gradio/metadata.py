"""What a Space's `_meta` may tell a client: where its views are, for MCP Apps. Pure: no I/O.

An allow-list, as clients read more there than views: Claude Code keeps a tool in every prompt for
`anthropic/alwaysLoad` and finds it by `anthropic/searchHint`, which are not for a Space to say.
"""

import re
from typing import Any

import orjson

from mcpendpoint.protocol.visible_text import visible

MAX_META_BYTES = 20_000
MAX_LEVELS = 8

_APPS = re.compile(r"ui(?:/[A-Za-z]{1,40})?")
"""SEP-1865, and the flat form of its drafts, `ui/resourceUri`."""
_OPENAI = frozenset(
    f"openai/{name}"
    for name in (
        "closeWidget",
        "outputTemplate",
        "resultCanProduceWidget",
        "toolInvocation/invoked",
        "toolInvocation/invoking",
        "visibility",
        "widgetAccessible",
        "widgetCSP",
        "widgetDescription",
        "widgetDomain",
        "widgetPrefersBorder",
    )
)
"""The same before it was a standard, which Gradio's guide still teaches."""


def portable_meta(meta: Any) -> dict[str, Any]:
    """Return what of a tool's or a result's `_meta` is passed on."""
    if not isinstance(meta, dict):
        return {}
    kept = {key: value for key, value in meta.items() if _APPS.fullmatch(key) or key in _OPENAI}
    cleaned = {key: _cleaned(value, MAX_LEVELS) for key, value in kept.items()}
    return cleaned if len(orjson.dumps(cleaned)) <= MAX_META_BYTES else {}


def _cleaned(value: Any, levels: int) -> Any:
    if isinstance(value, str):
        return visible(value)
    if not levels:
        return None
    if isinstance(value, list):
        return [_cleaned(item, levels - 1) for item in value]
    if isinstance(value, dict):
        return {visible(key): _cleaned(item, levels - 1) for key, item in value.items()}
    return value
