"""What a caller may use on this deployment."""

from django.conf import settings

from accounts.catalogue import catalogue
from mcpendpoint.access.selection import RequestOverrides, Rules, Selection, select
from mcpendpoint.access.who import Caller


def selection_of(caller: Caller, overrides: RequestOverrides) -> Selection:
    """Raises InvalidOverrides."""
    rules = Rules(
        frozenset(settings.DISABLE_TOOLS), tuple(settings.DEFAULT_SPACES), settings.MCP_MAX_SPACES
    )
    return select(overrides, catalogue, rules, caller.preferences, is_signed_in=caller.is_signed_in)
