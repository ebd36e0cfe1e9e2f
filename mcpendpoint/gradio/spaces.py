"""Spaces as tools, as the rest of the endpoint uses them: list their tools, call one.

Each Space is on its own: one that is asleep, broken, slow or malformed costs the others nothing.
"""

import asyncio
import logging
import traceback
from collections.abc import Coroutine, Sequence
from typing import Any, cast

from django.conf import settings
from mcp_types import CallToolResult, TextContent

from accounts.caching import BoundedCache, approximate_bytes
from accounts.space_changes import PartKind
from accounts.tool_words import ToolWords
from mcpendpoint.files.links import files_url
from mcpendpoint.gradio.advice import advise, text_of
from mcpendpoint.gradio.calling import call_tool
from mcpendpoint.gradio.discovery import PATIENCE_SECONDS, SpaceInfo, find_space, find_tools
from mcpendpoint.gradio.drafts import sentences, shortened
from mcpendpoint.gradio.errors import SpaceError, SpaceNotFound, SpaceRefusal
from mcpendpoint.gradio.given_arguments import read_arguments
from mcpendpoint.gradio.given_headers import given_headers, how_to_give
from mcpendpoint.gradio.handing_over import prepare
from mcpendpoint.gradio.headers import listed
from mcpendpoint.gradio.keeping_results import keep_results, with_downloads, with_handles
from mcpendpoint.gradio.listings import Refusal, SpaceChoice, SpaceListing, SpacePart, SpaceTool
from mcpendpoint.gradio.metadata import meta_here, views_in
from mcpendpoint.gradio.naming import tool_name
from mcpendpoint.gradio.operator_lists import refusal_of
from mcpendpoint.gradio.other_parts import (
    lacks_headers,
    left_out,
    resources_of,
    without_doubles,
    words_of,
)
from mcpendpoint.gradio.results import blocks_here
from mcpendpoint.gradio.scanning import lookalike_of, skeletons_of
from mcpendpoint.gradio.schema import SpaceSchema, UpstreamTool
from mcpendpoint.gradio.trust import SHOW, Held, why_held
from mcpendpoint.gradio.upstream import ReportProgress
from mcpendpoint.protocol.portable_tools import MAX_DESCRIPTION_CHARS
from mcpendpoint.protocol.records import Reason
from mcpendpoint.protocol.visible_text import visible_line
from mcpendpoint.tools.reasons import reason_of
from mcpendpoint.tools.registry import by_name

logger = logging.getLogger(__name__)

_BUILT_IN = skeletons_of(by_name)

MAX_CONCURRENT_SPACES = 10
LIST_SECONDS = 15.0
MAX_LISTINGS_BYTES = 16_000_000
MAX_PROBLEMS_BYTES = 2_000_000
MAX_DOUBLES = 5

SOURCE = "hfmcp/source"
"""In `_meta`: whose words the content is. A Space's own `_meta` cannot have it."""


def source_of(space_id: str) -> dict[str, Any]:
    return {SOURCE: f"space:{space_id}"}


_listings: BoundedCache[object, tuple[SpaceSchema, SpaceListing]] = BoundedCache(
    max_bytes=MAX_LISTINGS_BYTES
)
_problems: BoundedCache[object, SpaceListing] = BoundedCache(max_bytes=MAX_PROBLEMS_BYTES)


async def list_space_tools(
    choices: Sequence[SpaceChoice], token: str | None, *, known_will_do: bool = False
) -> tuple[SpaceListing, ...]:
    """Return what each Space offers, in the same order. Raises nothing.

    A listing is the same object as before for as long as nothing in it changes. With
    `known_will_do`, a Space that is known not to answer costs no time: it is asked again behind.
    """
    slots = asyncio.Semaphore(MAX_CONCURRENT_SPACES)

    async def ask(choice: SpaceChoice) -> SpaceListing:
        try:
            async with asyncio.timeout(LIST_SECONDS), slots:
                return await _list_safely(choice, token, known_will_do)
        except TimeoutError:
            problem = f"The Space {choice.space_id} did not answer in time."
            return _without_tools(choice, problem, Reason.SPACE_ERROR)

    listings = {
        choice: _finish_at_once(_list_safely(choice, token, known_will_do)) for choice in choices
    }
    unknown = [choice for choice, listing in listings.items() if listing is None]
    if unknown:
        listings.update(zip(unknown, await asyncio.gather(*map(ask, unknown)), strict=True))
    return tuple(listing for choice in choices if (listing := listings[choice]) is not None)


def _finish_at_once(listing: Coroutine[Any, Any, SpaceListing]) -> SpaceListing | None:
    """Return a listing that needs no waiting, as most do: a task for each would cost far more."""
    try:
        listing.send(None)
    except StopIteration as finished:
        return cast(SpaceListing, finished.value)
    listing.close()
    return None


async def _list_safely(choice: SpaceChoice, token: str | None, known_will_do: bool) -> SpaceListing:
    try:
        return await _list(choice, token, known_will_do)
    except Exception as error:
        # A bug that one Space brings to light must not hide the tools of the others. Logged
        # without the error's own text, which may quote what the Space answered.
        frames = "".join(traceback.format_tb(error.__traceback__))
        logger.error("Listing a Space's tools raised %s\n%s", type(error).__name__, frames)
        problem = f"The tools of {choice.space_id} could not be read."
        return _without_tools(choice, problem, Reason.OUR_FAULT)


async def _list(choice: SpaceChoice, token: str | None, known_will_do: bool) -> SpaceListing:
    stage, is_public = "", False
    if refusal := refusal_of(choice.space_id, offered=choice.offered):
        return _refused(choice, refusal)
    try:
        found = await find_space(
            choice.space_id,
            is_private=choice.is_private,
            token=token,
            read_timeout_seconds=PATIENCE_SECONDS,
            known_will_do=known_will_do,
        )
        stage, is_public = found.value.stage, not found.value.is_private
        # By the name that the Space has now, too.
        by_now, hub_id = found.value.space_id, found.value.hub_id
        if refusal := refusal_of(by_now, hub_id, offered=choice.offered):
            return _refused(choice, refusal, stage, is_public)
        schema = await find_tools(found.value, token, known_will_do=known_will_do)
    except SpaceError as error:
        return _without_tools(
            choice,
            str(error),
            reason_of(error),
            stage,
            is_public,
            is_missing=isinstance(error, SpaceNotFound),
        )
    failure = found.value.problem or schema.failure
    key = (id(schema.value), choice, stage, is_public, str(failure), settings.SPACE_FINDINGS)
    known = _listings.get(key)
    if known is not None and known[0] is schema.value:
        return known[1]
    listing = _with_tools(choice, found.value, schema.value, failure)
    # It keeps the schema, as long as that may be forgotten elsewhere.
    size = approximate_bytes(key) + schema.weight
    _listings.put(key, (schema.value, listing), size_bytes=size)
    return listing


def _refused(
    choice: SpaceChoice, refusal: Refusal, stage: str = "", is_public: bool = False
) -> SpaceListing:
    return _without_tools(choice, str(refusal), refusal.reason, stage, is_public, refusal=refusal)


def _without_tools(
    choice: SpaceChoice,
    problem: str,
    reason: Reason,
    stage: str = "",
    is_public: bool = False,
    *,
    is_missing: bool = False,
    refusal: Refusal | None = None,
) -> SpaceListing:
    key = (choice, problem, reason, stage, is_public, is_missing, refusal)
    listing = _problems.get(key)
    if listing is None:
        listing = SpaceListing(
            choice,
            (),
            problem,
            stage,
            is_public,
            is_missing,
            refusal=refusal,
            reason=reason,
        )
        _problems.put(key, listing, size_bytes=2 * approximate_bytes(key))
    return listing


def _with_tools(
    choice: SpaceChoice, info: SpaceInfo, schema: SpaceSchema, failure: SpaceError | None
) -> SpaceListing:
    tools: dict[str, SpaceTool] = {}
    doubles: list[str] = []
    named = {words.own_name for words in choice.words if words.name}
    # A name that the person gave is no other tool's to take.
    for upstream in sorted(schema.tools, key=lambda each: each.name not in named):
        tool = _tool(choice, info, upstream)
        if tool.name in tools:
            doubles.append(f"The tool “{tool.upstream_name}” was left out: its name is another's.")
        else:
            tools[tool.name] = tool
    wanted = [
        tool for tool in tools.values() if choice.tools is None or tool.own_name in choice.tools
    ]
    lacking = tuple(tool for tool in wanted if lacks_headers(tool, choice))
    offered = tuple(tool for tool in wanted if tool.held is None and tool not in lacking)
    held = tuple(tool for tool in wanted if tool.held is not None and tool not in lacking)
    sentences = [*([str(failure)] if failure else []), *schema.rejected, *doubles[:MAX_DOUBLES]]
    sentences += [*_lacks(choice, lacking), *_gone(choice, schema)]
    prompts = without_doubles(
        _tool(choice, info, prompt, PartKind.PROMPT) for prompt in schema.prompts
    )
    resources = resources_of(choice, schema.resources)
    sentences += left_out([*prompts, *resources])
    lacking_prompts = tuple(prompt for prompt in prompts if lacks_headers(prompt, choice))
    given_prompts = [prompt for prompt in prompts if prompt not in lacking_prompts]
    if choice.offers_prompts:
        sentences += _lacks(choice, lacking_prompts, "prompt")
    if not tools and not sentences:
        sentences = [f"The Space {info.space_id} has no tools."]
    return SpaceListing(
        choice,
        offered,
        " ".join(sentences) or None,
        info.stage,
        not info.is_private,
        held=held,
        lacking=lacking,
        unseen=_unseen(choice, (*tools.values(), *prompts, *resources)),
        prompts=tuple(prompt for prompt in given_prompts if prompt.held is None),
        held_prompts=tuple(prompt for prompt in given_prompts if prompt.held is not None),
        lacking_prompts=lacking_prompts,
        resources=tuple(resource for resource in resources if resource.held is None),
        held_resources=tuple(resource for resource in resources if resource.held is not None),
        reason=reason_of(failure) if failure else None,
    )


def _unseen(choice: SpaceChoice, parts: tuple[SpacePart, ...]) -> tuple[SpacePart, ...]:
    if choice.agreement is None:
        return ()
    pins = choice.agreement.pins
    seen = tuple(part for part in parts if part.held is not Held.REFUSED)
    is_all_known = pins is not None and all(part.pin in pins for part in seen)
    return () if is_all_known else seen


def _lacks(choice: SpaceChoice, tools: tuple[SpaceTool, ...], kind: str = "tool") -> list[str]:
    how = how_to_give(is_saved=choice.agreement is not None)
    return [
        f"The {kind} “{visible_line(tool.own_name)[:80]}” needs {listed(tool.headers)}: {how}"
        for tool in tools[:MAX_DOUBLES]
    ]


def _gone(choice: SpaceChoice, schema: SpaceSchema) -> list[str]:
    """Say which tools are wanted and not there, of a Space that could be read."""
    if choice.tools is None or not schema.tools:
        return []
    gone = sorted(choice.tools - {tool.name for tool in schema.tools})
    return [f"The Space has no tool “{visible_line(name)[:80]}”." for name in gone[:MAX_DOUBLES]]


def _tool(
    choice: SpaceChoice, info: SpaceInfo, tool: UpstreamTool, kind: PartKind = PartKind.TOOL
) -> SpaceTool:
    words = next((words for words in choice.words if words.own_name == tool.name), None)
    words = words or ToolWords(tool.name)
    source = words_of(choice.space_id, is_owners=not words.description)
    if tool.file_places is not None and settings.HAS_DATABASE:
        handles = f"Handles (file://…) are from {files_url()} or the tool upload_file."
        source = sentences(source, handles)
    room = MAX_DESCRIPTION_CHARS - len(source) - 1
    findings = tool.findings
    if lookalike := lookalike_of(tool.name, _BUILT_IN):
        findings = (lookalike, *findings)
    description = words.description or tool.description
    return SpaceTool(
        name=tool_name(choice.prefix, words.name or tool.name),
        space_id=choice.space_id,
        is_private=info.is_private,
        own_name=tool.name,
        upstream_name=tool.own_name or tool.name,
        title=f"{choice.space_id}: {visible_line(words.name or tool.name)}",
        description=f"{shortened(description, room)} {source}".strip(),
        input_schema=tool.input_schema,
        meta=meta_here(tool.meta, choice.prefix),
        upstream_description=tool.description,
        argument_names=tool.argument_names,
        pin=tool.pin,
        definition=tool.definition,
        findings=findings,
        headers=tool.headers,
        held=why_held(tool.pin, findings, choice.agreement, settings.SPACE_FINDINGS, kind),
        needs_agreement=choice.agreement is not None or settings.SPACE_FINDINGS != SHOW,
        file_places=tool.file_places,
        api=tool.api,
        prefix=choice.prefix,
        views=views_in(tool.meta),
        kind=kind,
    )


async def call_space_tool(
    tool: SpaceTool,
    arguments: dict[str, Any],
    *,
    token: str | None,
    user_id: int | None = None,
    takes_links: bool = True,
    takes_downloads: bool = False,
    include_images: bool,
    report_progress: ReportProgress,
    keeps_files: bool = True,
) -> CallToolResult:
    """Call a tool as the owner of `token`, whose files are those of a user. Raises ToolError."""
    arguments = read_arguments(tool.name, tool.input_schema, arguments)
    own = {tool.argument_names.get(name, name): value for name, value in arguments.items()}
    given = await prepare(own, tool.file_places, user_id)
    found = await find_space(tool.space_id, is_private=tool.is_private, token=token)
    try:
        result = await call_tool(
            found.value,
            tool.upstream_name,
            given,
            token=token,
            given_headers=await given_headers(tool, found.value, user_id),
            include_images=include_images,
            report_progress=report_progress,
            api=tool.api,
        )
    except SpaceRefusal as refusal:
        raise SpaceError(
            f"{refusal} {await _advice(tool, str(refusal), token)}".strip()
        ) from refusal
    meta = {**meta_here(result.meta or {}, tool.prefix), **source_of(tool.space_id)}
    content = blocks_here(result.content, tool.prefix)
    if result.is_error and (advice := await _advice(tool, text_of(result), token)):
        content.append(TextContent(text=advice))
    result = result.model_copy(update={"meta": meta, "content": content})
    if user_id is None or result.is_error or not keeps_files:
        return result
    source = f"{tool.name} of {tool.space_id}"
    kept = await keep_results(result, found.value, user_id=user_id, token=token, source=source)
    if takes_downloads:
        result = await with_downloads(result, kept)
    return with_handles(result, kept, as_links=takes_links)


async def _advice(tool: SpaceTool, error: str, token: str | None) -> str:
    return await advise(
        error,
        space_id=tool.space_id,
        is_private=tool.is_private,
        tool=tool.upstream_name,
        schema=tool.input_schema,
        token=token,
        tells_changes=not tool.needs_agreement,
    )
