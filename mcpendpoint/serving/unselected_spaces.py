"""Spaces that a caller did not select, for `dynamic_space`: looked at and called as others are."""

from dataclasses import replace
from typing import Any, Protocol

from mcp_types import CallToolResult

from accounts.preferences import SavedSpace
from accounts.space_prefixes import url_space_prefix
from mcpendpoint.access.selection import offered_within
from mcpendpoint.access.who import Caller
from mcpendpoint.gradio.given_arguments import example_call
from mcpendpoint.gradio.listings import SpaceChoice, SpaceListing, SpaceTool, saved_choice
from mcpendpoint.gradio.spaces import call_space_tool, list_space_tools
from mcpendpoint.gradio.trust import explain_hold
from mcpendpoint.gradio.upstream import ReportProgress
from mcpendpoint.gradio.waking import COMING, wake_unseen
from mcpendpoint.protocol.records import Reason
from mcpendpoint.tools.base import ToolError
from mcpendpoint.tools.directions import Directions
from mcpendpoint.tools.dynamic_space.spaces import LookedAt, ToolOfSpace


class Asker(Protocol):
    """What is needed of a request's context."""

    caller: Caller
    wants_progress: bool
    takes_links: bool
    space_label: str

    @property
    def include_images(self) -> bool: ...

    @property
    def directions(self) -> Directions: ...

    def deny(self, reason: Reason) -> None: ...

    async def hub_token(self) -> str | None: ...

    async def report_progress(
        self, progress: float, total: float | None = None, message: str | None = None
    ) -> None: ...


class UnselectedSpaces:
    """See tools.dynamic_space.spaces.Spaces."""

    def __init__(self, asker: Asker) -> None:
        self._asker = asker

    async def look(self, space_id: str) -> LookedAt:
        listing = await self._listing(space_id)
        return LookedAt(
            listing.choice.space_id,
            tuple(self._told(tool) for tool in (*listing.tools, *listing.held)),
            listing.problem,
            listing.reason,
        )

    async def run(
        self, space_id: str, tool: ToolOfSpace, arguments: dict[str, Any]
    ) -> CallToolResult:
        asker = self._asker
        listing = await self._listing(space_id)
        asker.space_label = listing.label
        found = next(
            (each for each in (*listing.tools, *listing.held) if each.own_name == tool.name), None
        )
        if found is None:
            text = listing.problem or f"The Space {space_id} has no such tool any more."
            raise ToolError(text, reason=listing.reason or Reason.NOT_FOUND)
        if found.pin != tool.version:
            raise ToolError(
                f"The Space {space_id} changes this tool right now. Look at it again.",
                reason=Reason.APPROVAL,
            )
        if refusal := self._refusal(found):
            asker.deny(Reason.APPROVAL)
            raise ToolError(refusal)
        return await call_space_tool(
            replace(found, name=tool.name),  # as whoever called it knows it
            arguments,
            token=await asker.hub_token(),
            user_id=asker.caller.user_id,
            takes_links=asker.takes_links,
            include_images=asker.include_images,
            report_progress=self._report,
        )

    async def _listing(self, space_id: str) -> SpaceListing:
        choice, token = self._choice(space_id), await self._asker.hub_token()
        (listing,) = await list_space_tools([choice], token)
        if listing.refusal is not None:
            self._asker.space_label = listing.label
            raise listing.refusal.as_error()
        if listing.stage in COMING and not (listing.tools or listing.held):
            await wake_unseen(space_id, token, self._report, is_private=choice.is_private)
            (listing,) = await list_space_tools([choice], token)
        return listing

    def _choice(self, space_id: str) -> SpaceChoice:
        """What the person agreed to of a Space that they added holds here too."""
        prefix = url_space_prefix(space_id)
        saved = self.saved(space_id)
        own = None if saved is None else saved_choice(saved, prefix)
        choice = own or SpaceChoice(space_id, prefix, is_private=False)
        return offered_within(self._asker.caller.offer, choice)

    def saved(self, space_id: str) -> SavedSpace | None:
        preferences = self._asker.caller.preferences
        spaces = preferences.spaces if preferences else ()
        return next((each for each in spaces if each.space_id.lower() == space_id.lower()), None)

    @property
    def _report(self) -> ReportProgress:
        return self._asker.report_progress if self._asker.wants_progress else None

    def _told(self, tool: SpaceTool) -> ToolOfSpace:
        return ToolOfSpace(
            tool.own_name,
            tool.upstream_description,
            tool.input_schema,
            example_call(tool.input_schema),
            tool.pin,
            self._refusal(tool),
            self._is_chosen(tool),
        )

    def _is_chosen(self, tool: SpaceTool) -> bool:
        """Whether it is a tool of the person's own that runs unasked: one that they ticked."""
        saved = self.saved(tool.space_id)
        if saved is None or saved.asks_first:
            return False
        return saved.tools is None or tool.own_name in saved.tools

    def _refusal(self, tool: SpaceTool) -> str:
        if tool.held is None:
            return ""
        where = self._asker.directions.spaces_url if self.saved(tool.space_id) else None
        return explain_hold(tool.own_name, tool.space_id, tool.held, where=where)
