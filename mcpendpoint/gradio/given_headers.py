"""The headers that a call of a Space's tool needs, as its person gave them to that Space."""

from accounts.database import lookups
from accounts.space_headers import header_values
from mcpendpoint.gradio.discovery import SpaceInfo
from mcpendpoint.gradio.errors import SpaceError
from mcpendpoint.gradio.headers import listed
from mcpendpoint.gradio.listings import SpaceTool
from mcpendpoint.protocol.records import Reason


async def given_headers(tool: SpaceTool, info: SpaceInfo, user_id: int | None) -> dict[str, str]:
    """Raises SpaceError where one is missing, or was given to another Space of this name."""
    if not tool.headers:
        return {}
    given = await lookups.run(header_values, user_id, tool.space_id) if user_id is not None else {}
    missing = [name for name in tool.headers if name not in given or not given[name].value]
    if missing:
        raise SpaceError(
            f"{tool.name} needs {listed(missing)}: {how_to_give(is_saved=True)}",
            reason=Reason.NOT_SELECTED,
        )
    if any(given[name].hub_id != info.hub_id for name in tool.headers):
        raise SpaceError(
            f"The Space {tool.space_id} is not the one that {listed(tool.headers)} was given to: "
            f"that one was deleted, and this one made since. {how_to_give(is_saved=True)}",
            reason=Reason.NOT_SELECTED,
        )
    return {name: given[name].value for name in tool.headers}


def how_to_give(*, is_saved: bool) -> str:
    if is_saved:
        return "It can be entered at this Space on the settings page."
    return "It can be entered on the settings page once the Space was added there."
