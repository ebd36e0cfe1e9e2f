"""What a caller may use on this deployment."""

from django.conf import settings

from accounts.caching import BoundedCache, approximate_bytes
from accounts.catalogue import catalogue
from mcpendpoint.access.selection import RequestOverrides, Rules, Selection, select
from mcpendpoint.access.who import Caller

_selections: BoundedCache[object, Selection] = BoundedCache(max_bytes=4_000_000)
"""By all that decides about one: the same callers ask again and again."""


def selection_of(caller: Caller, overrides: RequestOverrides) -> Selection:
    """Raises InvalidOverrides."""
    rules = Rules(
        frozenset(settings.DISABLE_TOOLS), tuple(settings.DEFAULT_SPACES), settings.MCP_MAX_SPACES
    )
    key = (overrides, rules, caller.preferences, caller.is_signed_in)
    selection = _selections.get(key)
    if selection is None:
        selection = select(
            overrides, catalogue, rules, caller.preferences, is_signed_in=caller.is_signed_in
        )
        size = approximate_bytes(key) + approximate_bytes(selection)
        _selections.put(key, selection, size_bytes=size)
    return selection
