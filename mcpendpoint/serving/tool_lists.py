"""Which tools a caller has, as definitions, and as bytes that are serialized once.

A selection's list is the same for everybody who has that selection, and changes only when one of
its Spaces does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from typing import Any
from weakref import ref

import orjson
from mcp import MCPError
from mcp.server import Server
from mcp_types import INVALID_PARAMS, ToolAnnotations
from mcp_types import Tool as ToolDefinition

from accounts.caching import BoundedCache, approximate_bytes
from mcpendpoint.access.limits import TOO_MANY, data_of, wait_of_budget
from mcpendpoint.gradio.file_checks import largest_file
from mcpendpoint.gradio.file_parameters import as_objects, marked
from mcpendpoint.gradio.in_use import note_listed
from mcpendpoint.gradio.listings import SpaceChoice, SpaceListing, SpaceTool
from mcpendpoint.gradio.metadata import is_for_views_only, without_apps
from mcpendpoint.gradio.naming import prefix_of
from mcpendpoint.gradio.spaces import list_space_tools
from mcpendpoint.protocol import kernel
from mcpendpoint.protocol.kernel import Peer
from mcpendpoint.protocol.messages import LIST_TOOLS, Message
from mcpendpoint.protocol.openai_files import FILE_PARAMS
from mcpendpoint.serving.context import FileForm, RequestContext
from mcpendpoint.serving.rpc_errors import NotFound, error_of
from mcpendpoint.serving.unasked import agree_unasked
from mcpendpoint.tools.base import ToolError
from mcpendpoint.tools.definition import definition
from mcpendpoint.tools.registry import by_name

MAX_LISTS_BYTES = 8_000_000


@cache
def _built_in(name: str) -> ToolDefinition:
    """Made when it is listed first: all of them take a tenth of a second."""
    return definition(by_name[name])


# A Space may do anything: nothing in its schema says that a tool of its only reads.
_SPACE_ANNOTATIONS = ToolAnnotations(
    read_only_hint=False, destructive_hint=True, idempotent_hint=False, open_world_hint=True
)

Listings = tuple[SpaceListing, ...]


async def definitions_of(context: RequestContext) -> list[ToolDefinition]:
    listings = await _listings_of(context)
    return [
        *map(_built_in, context.selection.tools),
        *(
            _space_definition(tool, context)
            for listing in listings
            for tool in listing.tools
            if context.shows_views or not is_for_views_only(tool.meta)
        ),
    ]


async def find_definition(
    name: str, context: RequestContext
) -> tuple[ToolDefinition | None, SpaceListing | None]:
    """Return one of those, and the listing of the Space that it is or should be of.

    Asks no more than that Space. Raises ToolError.
    """
    if name in context.selection.tools:
        return _built_in(name), None
    space = context.selection.space_with(prefix_of(name))
    if space is None:
        return None, None
    (listing,) = await list_space_tools([space], await context.hub_token())
    tool = next((each for each in listing.tools if each.name == name), None)
    return (_space_definition(tool, context) if tool else None), listing


async def _listings_of(context: RequestContext) -> Listings:
    if not context.selection.spaces:
        return ()
    token, is_token_known = await _token_of(context)
    listings = await _list_known(context.selection.spaces, token)
    if await agree_unasked(listings, context):
        listings = await list_space_tools(context.selection.spaces, token, known_will_do=True)
    _check_budget()
    if is_token_known:
        _check_spaces_of_url(listings, context)
    return listings


async def listings_of(spaces: Sequence[SpaceChoice], context: RequestContext) -> Listings:
    """Return what some of the selected Spaces offer, as far as it is known. Raises MCPError."""
    if not spaces:
        return ()
    token, _ = await _token_of(context)
    listings = await _list_known(spaces, token)
    if await agree_unasked(listings, context):
        by_now = [context.selection.space_with(space.prefix) or space for space in spaces]
        listings = await list_space_tools(by_now, token, known_will_do=True)
    _check_budget()
    return listings


async def _token_of(context: RequestContext) -> tuple[str | None, bool]:
    """Return the caller's token, and whether it is known that they have this one, or none."""
    try:
        return await context.hub_token(), True
    except ToolError as error:
        if error.is_retryable:
            # Rather than a list that lacks private Spaces, which a client may not ask for again.
            raise error_of(error) from error
        # Public Spaces can be listed all the same; a call will say what is wrong.
        return None, False


async def _list_known(spaces: Sequence[SpaceChoice], token: str | None) -> Listings:
    note_listed([space.space_id for space in spaces if not space.is_private])
    return await list_space_tools(spaces, token, known_will_do=True)


def _check_budget() -> None:
    """Raises MCPError when the list lacks what could not be asked for."""
    if too_many := wait_of_budget():
        raise MCPError(code=TOO_MANY, message=str(too_many), data=data_of(too_many))


def _check_spaces_of_url(listings: Listings, context: RequestContext) -> None:
    """Raises MCPError when there is none of the Spaces that the URL names, or none is allowed.

    Where there are some, their tools are more use than an error.
    """
    named = context.selection.spaces_of_url
    of_url = [listing for listing in listings if listing.choice.space_id.lower() in named]
    refused = [listing for listing in of_url if listing.refusal]
    if refused and len(refused) == len(named):
        context.reason = refused[0].reason
        raise MCPError(
            code=INVALID_PARAMS,
            message=" ".join(listing.problem or "" for listing in refused),
            data={
                "reason": "space_not_allowed",
                "spaces": [listing.choice.space_id for listing in refused],
            },
        )
    missing = [listing.choice.space_id for listing in of_url if listing.is_missing]
    if missing and len(missing) == len(named):
        raise NotFound(
            f"{context.directions.where_spaces_are_named} names Spaces that do not exist "
            f"or that this caller may not see: {', '.join(missing)}. Correct the names, sign in, "
            "or leave them out.",
            data={"reason": "space_not_found", "spaces": missing},
        )


def _space_definition(tool: SpaceTool, context: RequestContext) -> ToolDefinition:
    """Return it as this client can take it."""
    schema, meta = tool.input_schema, tool.meta
    if not context.shows_views:
        meta = without_apps(meta)
    if context.file_form is FileForm.UPLOAD:
        schema = marked(schema, tool.places, largest_file(is_private=tool.is_private))
    elif context.file_form is FileForm.OPENAI:
        schema, names = as_objects(schema, tool.places)
        meta = {**meta, FILE_PARAMS: names} if names else meta
    return ToolDefinition(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=schema,
        annotations=_SPACE_ANNOTATIONS,
        _meta=meta or None,
    )


@dataclass(frozen=True)
class _List:
    listings: tuple[ref[SpaceListing], ...]
    """They are many times as large as the result, and it does not keep them."""
    result: bytes
    count: int

    def is_of(self, listings: Listings) -> bool:
        """Whether it was made of these very listings, which stay the same until they change."""
        return len(listings) == len(self.listings) and all(
            mine() is other for mine, other in zip(self.listings, listings, strict=True)
        )


class SerializedToolLists:
    """Answers `tools/list` without the kernel where nothing in it depends on the request."""

    def __init__(self, server: Server[Any]) -> None:
        self._server = server
        self._lists: BoundedCache[object, _List] = BoundedCache(max_bytes=MAX_LISTS_BYTES)

    async def __call__(self, message: Message, peer: Peer, context: RequestContext) -> bytes | None:
        if message.method != LIST_TOOLS or (message.params or {}).keys() - {"_meta"}:
            return None
        return await self.result_for(peer, context)

    async def digest_for(self, peer: Peer, context: RequestContext) -> str | None:
        """Return a digest of the result, to tell one list from another; None for a failure."""
        context.note_client(peer)
        result = await self.result_for(peer, context)
        return digest_of(result) if result else None

    async def result_for(self, peer: Peer, context: RequestContext) -> bytes | None:
        """Return the result, or None for a failure that the kernel has to answer with."""
        try:
            listings = await _listings_of(context)
        except MCPError:
            return None
        selected = (context.selection.tools, context.selection.spaces)
        key = (peer.protocol_version, context.shows_views, context.file_form, *selected)
        known = self._lists.get(key)
        if known is None or not known.is_of(listings):
            message = Message("request", LIST_TOOLS, 0, kernel.envelope(peer), {})
            exchange = kernel.open_exchange(message, context.headers, context, send=None)
            answer = await kernel.answer(self._server, message, peer, exchange)
            if answer.error_code is not None:
                return None
            result = answer.body["result"]
            known = _List(tuple(map(ref, listings)), orjson.dumps(result), len(result["tools"]))
            size = approximate_bytes(key) + len(known.result) + 100 * len(listings)
            self._lists.put(key, known, size_bytes=size)
        context.tools_listed = known.count
        return known.result


def digest_of(result: bytes) -> str:
    return blake2b(result, digest_size=8).hexdigest()
