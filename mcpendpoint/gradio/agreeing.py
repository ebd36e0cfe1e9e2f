"""Brings what a Space offers together with what its person agreed to, in the database."""

from dataclasses import replace

from django.conf import settings

from accounts.pins import Rules, SeenTool, see_tools
from mcpendpoint.gradio.definitions import is_growth
from mcpendpoint.gradio.listings import SpaceChoice, SpaceListing, SpaceTool
from mcpendpoint.gradio.trust import SHOW


def seen(tool: SpaceTool) -> SeenTool:
    return SeenTool(tool.own_name, tool.pin, tool.definition, bool(tool.findings))


def see_listing(user_id: int, listing: SpaceListing, *, is_adding: bool = False) -> SpaceChoice:
    """Note what a saved Space offers now, and return the choice with the pins that hold then."""
    choice = listing.choice
    if choice.agreement is None or not listing.unseen:
        return choice
    rules = Rules(is_growth, holds_suspicious=settings.SPACE_FINDINGS != SHOW)
    tools = [seen(tool) for tool in listing.unseen]
    pins = see_tools(user_id, choice.space_id, tools, rules, is_adding=is_adding)
    if pins is None or pins == choice.agreement.pins:
        return choice
    return replace(choice, agreement=replace(choice.agreement, pins=pins))
