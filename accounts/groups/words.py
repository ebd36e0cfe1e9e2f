"""What groups offer, in words for people. Pure: no I/O."""

from collections.abc import Sequence

from accounts.catalogue import Catalogue
from accounts.groups.offers import Offer, SpacesOffered, named

MAX_NAMED = 5


def told_to_members(offer: Offer, catalogue: Catalogue) -> str:
    """Return what their groups offer, for members; "" for who may choose all."""
    if offer.tools is None and offer.spaces is None:
        return ""
    verb = "offers" if len(offer.groups) == 1 else "offer"
    return f"Your {named(offer.groups)} {verb} {offered_in_words(offer, catalogue)}."


def offered_in_words(offer: Offer, catalogue: Catalogue) -> str:
    """Return such as: 3 tools and the Space acme/demo. Tools that everybody has do not count."""
    *parts, last = [_tools_in_words(offer, catalogue), *_spaces_in_words(offer.spaces)]
    return f"{', '.join(parts)} and {last}"


def _tools_in_words(offer: Offer, catalogue: Catalogue) -> str:
    if offer.tools is None:
        return "all tools"
    to_choose = [tool for tool in catalogue.tools if not tool.is_always_on]
    count = sum(offer.has_tool(tool.name) for tool in to_choose)
    return f"{count or 'no'} tool{'' if count <= 1 else 's'}"


def _spaces_in_words(spaces: SpacesOffered | None) -> list[str]:
    if spaces is None:
        return ["all Spaces"]
    parts = []
    if ids := spaces.ids:
        parts.append(f"the Space{'s' if len(ids) > 1 else ''} {listed(ids)}")
    if owners := spaces.owners:
        parts.append(f"all Spaces of {listed(owners)}")
    return parts or ["no Space"]


def listed(names: Sequence[str]) -> str:
    """Return some names, and how many more there are."""
    further = len(names) - MAX_NAMED
    if further <= 0:
        return ", ".join(names)
    return f"{', '.join(names[:MAX_NAMED])} and {further} more"
