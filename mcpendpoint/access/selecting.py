"""What a caller may use on this deployment."""

from django.conf import settings

from accounts.caching import BoundedCache, approximate_bytes
from accounts.catalogue import catalogue
from accounts.groups.offers import Offer
from accounts.preferences import Preferences
from mcpendpoint.access.selection import RequestOverrides, Rules, Selection, select
from mcpendpoint.access.who import Caller

_Chosen = tuple[Preferences | None, Offer, Selection]

_selections: BoundedCache[object, _Chosen] = BoundedCache(max_bytes=8_000_000)
"""By all that decides about one: the same callers ask again and again.

By the identity of the preferences and the offer, which are kept beside it so that no others can
have it: who is remembered comes with the same ones each time, and to compare them would take longer
than the rest.
"""


_NOTHING = Selection(tools=(), spaces=(), include_images=True)


def selection_of(caller: Caller, overrides: RequestOverrides) -> Selection:
    """Raises InvalidOverrides."""
    if not caller.is_signed_in and settings.ANONYMOUS_TOOLS == "none":
        return _NOTHING
    rules = Rules(
        frozenset(settings.DISABLE_TOOLS), tuple(settings.DEFAULT_SPACES), settings.MCP_MAX_SPACES
    )
    preferences, offer, is_signed_in = caller.preferences, caller.offer, caller.is_signed_in
    key = (overrides, rules, id(preferences), id(offer), is_signed_in)
    chosen = _selections.get(key)
    if chosen is None:
        selection = select(
            overrides, catalogue, rules, preferences, is_signed_in=is_signed_in, offer=offer
        )
        chosen = (preferences, offer, selection)
        _selections.put(key, chosen, size_bytes=approximate_bytes((key, chosen)))
    return chosen[2]
