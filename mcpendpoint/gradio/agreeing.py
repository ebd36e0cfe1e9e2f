"""Brings what a Space offers together with what its person agreed to, in the database."""

from dataclasses import replace

from django.conf import settings

from accounts.pins import Rules, SeenPart, see_parts
from mcpendpoint.gradio.definitions import is_growth
from mcpendpoint.gradio.listings import SpaceChoice, SpaceListing, SpacePart
from mcpendpoint.gradio.trust import SHOW


def seen(part: SpacePart) -> SeenPart:
    return SeenPart(part.key, part.pin, part.definition, bool(part.findings))


def see_listing(user_id: int, listing: SpaceListing, *, is_adding: bool = False) -> SpaceChoice:
    """Note what a saved Space offers now, and return the choice with the pins that hold then."""
    choice = listing.choice
    if choice.agreement is None or not listing.unseen:
        return choice
    rules = Rules(is_growth, holds_suspicious=settings.SPACE_FINDINGS != SHOW)
    parts = [seen(part) for part in listing.unseen]
    pins = see_parts(user_id, choice.space_id, parts, rules, is_adding=is_adding)
    if pins is None:
        return choice
    return replace(choice, agreement=replace(choice.agreement, pins=pins, covers_parts=True))
