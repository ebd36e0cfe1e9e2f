"""Prompts of Spaces whose person ticked so. One is got as a tool is called, and its result said."""

from collections.abc import Mapping
from typing import Any

from mcp_types import GetPromptResult, Prompt, PromptArgument, PromptMessage

from mcpendpoint.gradio.advice import text_of
from mcpendpoint.gradio.errors import SpaceError
from mcpendpoint.gradio.listings import SpaceListing, SpaceTool
from mcpendpoint.gradio.naming import prefix_of
from mcpendpoint.gradio.spaces import call_space_tool, source_of
from mcpendpoint.serving.context import RequestContext
from mcpendpoint.serving.rpc_errors import NotFound
from mcpendpoint.serving.space_parts import (
    check_agreed,
    look_again,
    open_space,
    with_prompts,
)
from mcpendpoint.serving.tool_lists import listings_of

MAX_CHOICES_TOLD = 20


async def prompts_of_spaces(context: RequestContext) -> list[Prompt]:
    listings = await listings_of(with_prompts(context), context)
    return [_definition(prompt) for listing in listings for prompt in listing.prompts]


def _definition(prompt: SpaceTool) -> Prompt:
    properties, required = prompt.input_schema.get("properties", {}), _required(prompt)
    return Prompt(
        name=prompt.name,
        title=prompt.title,
        description=prompt.description,
        arguments=[
            PromptArgument(name=name, description=_told(schema), required=name in required)
            for name, schema in properties.items()
        ],
        _meta=source_of(prompt.space_id),
    )


def _required(prompt: SpaceTool) -> list[str]:
    return list(prompt.input_schema.get("required", ()))


def _told(schema: Mapping[str, Any]) -> str | None:
    words = schema.get("description") or ""
    choices = _choices(schema)
    if 0 < len(choices) <= MAX_CHOICES_TOLD:
        words = f"{words} One of: {', '.join(choices)}.".strip()
    return words or None


def _choices(schema: Mapping[str, Any]) -> list[str]:
    return [choice for choice in schema.get("enum", ()) if isinstance(choice, str)]


async def get_prompt_of_space(
    name: str, arguments: Mapping[str, str], context: RequestContext
) -> GetPromptResult:
    """Raises ToolError and MCPError."""
    prefix = prefix_of(name)
    space = next((space for space in with_prompts(context) if space.prefix == prefix), None)
    if space is None:
        raise _no_such(name, "No selected Space offers it.")
    listing, token = await open_space(space, f"The prompt {name}", context, prompt=name[:80])
    prompt = _named(listing, name)
    if prompt is None and (by_now := await look_again(space, token, context)):
        listing, prompt = by_now, _named(by_now, name)
    for held in listing.held_prompts:
        if held.name == name:
            check_agreed(held, listing, f"The prompt {name}", context)
    if prompt is None:
        if listing.problem and not listing.prompts:
            raise SpaceError(listing.problem, reason=listing.reason)
        known = ", ".join(prompt.name for prompt in listing.prompts) or "none"
        raise _no_such(name, f"Prompts of {space.space_id}: {known}.")
    result = await call_space_tool(
        prompt,
        dict(arguments),
        token=token,
        user_id=context.user_id,
        keeps_files=False,
        takes_links=context.takes_links,
        include_images=context.include_images,
        report_progress=context.report_progress if context.wants_progress else None,
    )
    if result.is_error:
        raise SpaceError(text_of(result) or f"The Space {space.space_id} could not write it.")
    messages = [PromptMessage(role="user", content=block) for block in result.content]
    source = source_of(space.space_id)
    return GetPromptResult(description=prompt.description, messages=messages, _meta=source)


async def choices_for(name: str, argument: str, typed: str, context: RequestContext) -> list[str]:
    """Return what can be given for an argument of a Space's prompt, where it says so."""
    spaces = [space for space in with_prompts(context) if space.prefix == prefix_of(name)]
    found = [_named(listing, name) for listing in await listings_of(spaces, context)]
    schemas = [
        prompt.input_schema.get("properties", {}).get(argument, {}) for prompt in found if prompt
    ]
    begins = typed.lower()
    return [
        choice
        for schema in schemas
        for choice in _choices(schema)
        if choice.lower().startswith(begins)
    ]


def _named(listing: SpaceListing, name: str) -> SpaceTool | None:
    return next((prompt for prompt in listing.prompts if prompt.name == name), None)


def _no_such(name: str, why: str) -> NotFound:
    return NotFound(f"There is no prompt {name[:80]}. {why}")
