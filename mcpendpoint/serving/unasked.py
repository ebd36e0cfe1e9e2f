"""Notes what Spaces offer that their person has not seen, and agrees to what they need no say in:
the first tools that a Space shows, and changes that they chose to take over.
"""

import logging
from collections.abc import Sequence
from dataclasses import replace
from weakref import ref

from django.db import DatabaseError

from accounts.caching import BoundedCache
from accounts.database import changes
from mcpendpoint.gradio.agreeing import see_listing
from mcpendpoint.gradio.listings import SpaceChoice, SpaceListing
from mcpendpoint.serving.context import RequestContext

logger = logging.getLogger(__name__)

ENTRY_BYTES = 300

_noted: BoundedCache[object, ref[SpaceListing]] = BoundedCache(max_bytes=2_000_000)
"""What was noted already, for whom: a listing is the same object until something in it changes."""


async def agree_unasked(listings: Sequence[SpaceListing], context: RequestContext) -> bool:
    """Return whether the selection is another one now, so that lists of it are as well."""
    user_id = context.caller.user_id
    if user_id is None:
        return False
    agreed: dict[SpaceChoice, SpaceChoice] = {}
    for listing in listings:
        if listing.unseen and not _is_noted(user_id, listing):
            choice = await _see(user_id, listing)
            if choice != listing.choice:
                agreed[listing.choice] = choice
    if not agreed:
        return False
    spaces = tuple(agreed.get(choice, choice) for choice in context.selection.spaces)
    context.selection = replace(context.selection, spaces=spaces)
    return True


async def _see(user_id: int, listing: SpaceListing) -> SpaceChoice:
    try:
        choice = await changes.run(see_listing, user_id, listing)
    except DatabaseError:
        # What was agreed to before holds, and the next list tries again.
        logger.exception("What a Space offers now could not be noted.")
        return listing.choice
    if choice == listing.choice:
        # Else the pins that this came with are old ones, and nothing is to be listed by them.
        _noted.put((user_id, id(listing)), ref(listing), size_bytes=ENTRY_BYTES)
    return choice


def _is_noted(user_id: int, listing: SpaceListing) -> bool:
    noted = _noted.get((user_id, id(listing)))
    return noted is not None and noted() is listing
