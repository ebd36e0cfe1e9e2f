"""The Hub's own id of a Space, which stays when its name does not."""

from asgiref.sync import async_to_sync

from mcpendpoint.gradio.discovery import PATIENCE_SECONDS, find_space
from mcpendpoint.gradio.errors import SpaceError


def hub_id_of(space_id: str) -> str:
    """Return what anybody may know, "" for want of an answer. Waits for the Hub; for threads."""
    return async_to_sync(_find)(space_id)


async def _find(space_id: str) -> str:
    try:
        found = await find_space(
            space_id, is_private=False, token=None, read_timeout_seconds=PATIENCE_SECONDS
        )
    except SpaceError:
        return ""
    return found.value.hub_id
