"""Spaces as tools, as the rest of the endpoint uses them: list their tools, call one.

Each Space is on its own: one that is asleep, broken, slow or malformed costs the others nothing.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mcp_types import CallToolResult

from mcpendpoint.gradio.calling import call_tool
from mcpendpoint.gradio.discovery import PATIENCE_SECONDS, SpaceInfo, find_space, find_tools
from mcpendpoint.gradio.errors import SpaceError
from mcpendpoint.gradio.naming import tool_name
from mcpendpoint.gradio.schema import SpaceSchema, UpstreamTool
from mcpendpoint.gradio.upstream import ReportProgress

logger = logging.getLogger(__name__)

MAX_CONCURRENT_SPACES = 10
LIST_SECONDS = 15.0


@dataclass(frozen=True)
class SpaceChoice:
    space_id: str
    """owner/name"""
    prefix: str
    """Such as "gr1_", "grp2_" or "grx1a2b_"."""
    is_private: bool


@dataclass(frozen=True)
class SpaceTool:
    name: str
    space_id: str
    is_private: bool
    upstream_name: str
    title: str
    description: str
    input_schema: dict[str, Any]
    meta: dict[str, Any]


@dataclass(frozen=True)
class SpaceListing:
    choice: SpaceChoice
    tools: tuple[SpaceTool, ...]
    problem: str | None
    """Why there are no tools, or why some are missing or cannot be called now."""


async def list_space_tools(
    choices: Sequence[SpaceChoice], token: str | None
) -> tuple[SpaceListing, ...]:
    """Return what each Space offers, in the same order. Raises nothing."""
    slots = asyncio.Semaphore(MAX_CONCURRENT_SPACES)

    async def list_one(choice: SpaceChoice) -> SpaceListing:
        try:
            async with asyncio.timeout(LIST_SECONDS), slots:
                return await _list(choice, token)
        except TimeoutError:
            return SpaceListing(choice, (), f"The Space {choice.space_id} did not answer in time.")
        except Exception:
            # A bug that one Space brings to light must not hide the tools of the others.
            logger.exception("Listing the tools of a Space failed.")
            return SpaceListing(choice, (), f"The tools of {choice.space_id} could not be read.")

    return tuple(await asyncio.gather(*map(list_one, choices)))


async def _list(choice: SpaceChoice, token: str | None) -> SpaceListing:
    try:
        found = await find_space(
            choice.space_id,
            is_private=choice.is_private,
            token=token,
            patience_seconds=PATIENCE_SECONDS,
        )
        schema = await find_tools(found.value, token)
    except SpaceError as error:
        return SpaceListing(choice, (), str(error))
    tools = _name_tools(choice, found.value, schema.value)
    return SpaceListing(
        choice, tools, _problem(found.value.problem or schema.failure, schema.value, tools)
    )


def _problem(
    failure: SpaceError | None, schema: SpaceSchema, tools: tuple[SpaceTool, ...]
) -> str | None:
    sentences = [str(failure)] if failure else []
    sentences += schema.rejected
    if not tools and not sentences:
        sentences = ["The Space has no tools."]
    return " ".join(sentences) or None


def _name_tools(choice: SpaceChoice, info: SpaceInfo, schema: SpaceSchema) -> tuple[SpaceTool, ...]:
    named: dict[str, SpaceTool] = {}
    for tool in schema.tools:
        # Two names that differ and become one: once in 65 536 pairs that had to be changed.
        named.setdefault(tool_name(choice.prefix, tool.name), _tool(choice, info, tool))
    return tuple(named.values())


def _tool(choice: SpaceChoice, info: SpaceInfo, tool: UpstreamTool) -> SpaceTool:
    source = f"(from the Hugging Face Space {choice.space_id})"
    return SpaceTool(
        name=tool_name(choice.prefix, tool.name),
        space_id=choice.space_id,
        is_private=info.is_private,
        upstream_name=tool.name,
        title=f"{choice.space_id}: {tool.name}",
        description=f"{tool.description.strip()} {source}".strip(),
        input_schema=tool.input_schema,
        meta=tool.meta,
    )


async def call_space_tool(
    tool: SpaceTool,
    arguments: dict[str, Any],
    *,
    token: str | None,
    include_images: bool,
    report_progress: ReportProgress,
) -> CallToolResult:
    """Call a tool as the owner of `token`. Raises ToolError."""
    found = await find_space(tool.space_id, is_private=tool.is_private, token=token)
    return await call_tool(
        found.value,
        tool.upstream_name,
        arguments,
        token=token,
        include_images=include_images,
        report_progress=report_progress,
    )
