"""What a Space's `_meta` may tell a client: where its views are, for MCP Apps. Pure: no I/O.

An allow-list, as clients read more there than views: Claude Code keeps a tool in every prompt for
`anthropic/alwaysLoad` and finds it by `anthropic/searchHint`, which are not for a Space to say.
"""

from typing import Any

import orjson

from mcpendpoint.gradio.uris import is_view, uri_here
from mcpendpoint.protocol.visible_text import visible

MAX_META_BYTES = 20_000
MAX_LEVELS = 8

UI = "ui"
"""Of SEP-1865: an object of `resourceUri` and `visibility`."""

UI_FLAT = "ui/resourceUri"
"""The form of its drafts."""

TEMPLATE = "openai/outputTemplate"
"""The same before it was a standard, which Gradio's guide still teaches."""

MODEL, APP = "model", "app"
"""Words of `visibility`: whom a tool is for."""

_OPENAI = frozenset(
    f"openai/{name}"
    for name in (
        "closeWidget",
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


def portable_meta(meta: Any) -> dict[str, Any]:
    """Return what of a tool's or a result's `_meta` is passed on, with the Space's own URIs."""
    if not isinstance(meta, dict):
        return {}
    kept = {key: _cleaned(value, MAX_LEVELS) for key, value in meta.items() if key in _OPENAI}
    kept |= {key: meta[key] for key in (UI_FLAT, TEMPLATE) if is_view(meta.get(key))}
    if ui := _portable_ui(meta.get(UI)):
        kept[UI] = ui
    return kept if len(orjson.dumps(kept)) <= MAX_META_BYTES else {}


def _portable_ui(ui: Any) -> dict[str, Any]:
    if not isinstance(ui, dict):
        return {}
    kept = {"resourceUri": ui["resourceUri"]} if is_view(ui.get("resourceUri")) else {}
    given = ui.get("visibility")
    words = [word for word in (MODEL, APP) if isinstance(given, list) and word in given]
    return {**kept, "visibility": words} if words else kept


def views_in(meta: dict[str, Any]) -> frozenset[str]:
    """Return the URIs of the views that portable `_meta` names."""
    named = (meta.get(UI, {}).get("resourceUri"), meta.get(UI_FLAT), meta.get(TEMPLATE))
    return frozenset(uri for uri in named if uri)


def is_for_views_only(meta: dict[str, Any]) -> bool:
    """Whether a host shall keep the tool from the model."""
    return bool(meta.get(UI, {}).get("visibility") == [APP])


def meta_here(meta: dict[str, Any], prefix: str) -> dict[str, Any]:
    """Return portable `_meta` with the URIs that a Space's views have here."""
    here = dict(meta)
    for key in (UI_FLAT, TEMPLATE):
        if key in here:
            here[key] = uri_here(prefix, here[key])
    if "resourceUri" in here.get(UI, {}):
        here[UI] = {**here[UI], "resourceUri": uri_here(prefix, here[UI]["resourceUri"])}
    return here


def without_apps(meta: dict[str, Any]) -> dict[str, Any]:
    """Return it for a client that does not say that it shows MCP Apps."""
    return {key: value for key, value in meta.items() if key not in (UI, UI_FLAT)}


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
