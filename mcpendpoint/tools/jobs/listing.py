"""Lists of jobs, filtered and cut here.

Of what narrows a list the Hub documents the stages and labels of jobs, and one label of schedules;
`limit` it does not know, and its pages are long (huggingface_hub 2.4.0, hf_api.py: list_jobs,
list_scheduled_jobs).
"""

from collections.abc import Awaitable, Callable
from typing import Any

from mcpendpoint.hub.pages import Page
from mcpendpoint.hub.types import HubModelT
from mcpendpoint.tools import cursors
from mcpendpoint.tools.base import ToolError
from mcpendpoint.tools.cursors import BadCursor, Position

MAX_PAGES = 5
"""Of the Hub, for one page of ours: few may fit on each of them."""
_LIST = "jobs"


async def collect(
    get_page: Callable[[str | None], Awaitable[Page[HubModelT]]],
    fits: Callable[[HubModelT], bool],
    start: Position,
    limit: int,
) -> tuple[list[HubModelT], Position | None]:
    """Return what fits, up to `limit`, and where the list goes on."""
    found: list[HubModelT] = []
    cursor, skip = start.hub_cursor, start.skip
    for _ in range(MAX_PAGES):
        page = await get_page(cursor)
        for index, item in enumerate(page.items):
            if index < skip or not fits(item):
                continue
            if len(found) == limit:
                return found, Position(cursor, index)
            found.append(item)
        cursor, skip = page.cursor, 0
        if cursor is None:
            return found, None
    return found, Position(cursor)


def read_cursor(query: Any, cursor: str | None) -> Position:
    """Return where a list goes on. Raises ToolError."""
    if cursor is None:
        return Position()
    try:
        return cursors.decode(query, cursor).get(_LIST, Position())
    except BadCursor as error:
        raise ToolError(f"cursor: {error}") from error


def write_cursor(query: Any, following: Position | None) -> str | None:
    return cursors.encode(query, {_LIST: following}) if following else None
