"""Which Spaces the operator allows: by SPACES_ALLOWED, SPACES_DENIED and blocks to anybody, by
groups to one person.
"""

from django.conf import settings

from accounts.groups.offers import SpacesOffered
from accounts.operators.block_list import block_list
from mcpendpoint.gradio.listings import Refusal
from mcpendpoint.protocol.records import Reason


def refusal_of(
    space_id: str, hub_id: str = "", *, offered: SpacesOffered | None = None
) -> Refusal | None:
    """Return why a Space is not for use here, None for one that is; `offered` are those that the
    person may choose from, None for all.
    """
    if refusal := _refusal_of_all(space_id, hub_id):
        return refusal
    if offered is None or offered.has(space_id):
        return None
    return Refusal(f"{space_id[:100]}: {offered.why_not}", Reason.NOT_SELECTED)


def _refusal_of_all(space_id: str, hub_id: str) -> Refusal | None:
    """The lists have patterns in lower case, owner/name or owner/*. None allowed: all are."""
    if block := block_list.space(space_id, hub_id):
        return Refusal(str(block), Reason.BLOCKED, block.subject)
    allowed, denied = settings.SPACES_ALLOWED, settings.SPACES_DENIED
    if not allowed and not denied:
        return None
    name = space_id.lower()
    patterns = (name, f"{name.partition('/')[0]}/*")
    written = next((pattern for pattern in patterns if pattern in denied), "")
    if not written and (not allowed or any(pattern in allowed for pattern in patterns)):
        return None
    text = f"The operator of this server does not allow the Space {space_id[:100]} here."
    return Refusal(text, Reason.NOT_SELECTED, written)
