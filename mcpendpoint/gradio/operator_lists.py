"""Which Spaces the operator allows here: SPACES_ALLOWED, SPACES_DENIED, and blocks."""

from django.conf import settings

from accounts.operators.block_list import block_list


def refusal_of(space_id: str, hub_id: str = "") -> str | None:
    """Return why a Space is not for use here, None for one that is.

    The lists have patterns in lower case, owner/name or owner/*. None allowed: all are.
    """
    if block := block_list.space(space_id, hub_id):
        return str(block)
    allowed, denied = settings.SPACES_ALLOWED, settings.SPACES_DENIED
    if not allowed and not denied:
        return None
    name = space_id.lower()
    patterns = (name, f"{name.partition('/')[0]}/*")
    is_denied = any(pattern in denied for pattern in patterns)
    if is_denied or (allowed and not any(pattern in allowed for pattern in patterns)):
        return f"The operator of this server does not allow the Space {space_id[:100]} here."
    return None
