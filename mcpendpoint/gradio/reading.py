"""Reads a resource of a Space, by the URI that it has there, as hostile input."""

from functools import partial
from typing import Any

from mcp_types import BlobResourceContents, TextResourceContents

from mcpendpoint.gradio.calling import ask_when_ready
from mcpendpoint.gradio.discovery import SpaceInfo, find_space
from mcpendpoint.gradio.errors import SpaceError
from mcpendpoint.gradio.exchange import Reply
from mcpendpoint.gradio.listings import SpaceChoice
from mcpendpoint.gradio.resources import mime_type_of
from mcpendpoint.gradio.results import Move, mover, replica_of
from mcpendpoint.gradio.upstream import ask_upstream
from mcpendpoint.gradio.uris import is_uri, uri_here
from mcpendpoint.protocol.records import Reason
from mcpendpoint.tools.answer_room import bytes_for_media

MAX_CONTENTS = 20

Contents = TextResourceContents | BlobResourceContents


async def read_space_resource(
    space: SpaceChoice, uri: str, *, token: str | None, include_images: bool
) -> list[Contents]:
    """Return what is at a URI of the Space's own, as the owner of `token`. Raises SpaceError."""
    found = await find_space(space.space_id, is_private=space.is_private, token=token)
    contents = await contents_at(found.value, space, uri, token=token)
    if not include_images and any((each.mime_type or "").startswith("image/") for each in contents):
        raise SpaceError(
            "Image content is disabled for this connection.", reason=Reason.NOT_SELECTED
        )
    return contents


async def contents_at(
    info: SpaceInfo, space: SpaceChoice, uri: str, *, token: str | None
) -> list[Contents]:
    """Raises SpaceError."""

    async def ask(info: SpaceInfo) -> Reply:
        return await ask_upstream(info.url, "resources/read", {"uri": uri}, token=token)

    info, reply = await ask_when_ready(info, token, ask)
    listed = reply.message["result"]
    listed = listed.get("contents") if isinstance(listed, dict) else None
    if not isinstance(listed, list) or not listed:
        raise SpaceError(f"The Space {space.space_id} answered with nothing that can be read.")
    move = mover(info.url, replica_of(reply.headers.get("x-proxied-replica", "")))
    read = partial(_contents, space=space, uri=uri, move=move)
    contents = [read(entry) for entry in listed[:MAX_CONTENTS]]
    _check_size(space, contents)
    return contents


def _contents(entry: Any, *, space: SpaceChoice, uri: str, move: Move) -> Contents:
    if not isinstance(entry, dict):
        raise SpaceError(f"The Space {space.space_id} answered with nothing that can be read.")
    own = entry.get("uri")
    here = uri_here(space.prefix, own if isinstance(own, str) and is_uri(own) else uri)
    # What a view may load is for `_meta` of it to say, and Gradio has none there: it may nothing.
    if isinstance(text := entry.get("text"), str):
        return TextResourceContents(uri=here, mime_type=mime_type_of(entry), text=move(text))
    if isinstance(blob := entry.get("blob"), str):
        return BlobResourceContents(uri=here, mime_type=mime_type_of(entry), blob=blob)
    raise SpaceError(f"The Space {space.space_id} answered with neither a text nor bytes.")


def _check_size(space: SpaceChoice, contents: list[Contents]) -> None:
    size = sum(
        len(each.text.encode("utf-8", "surrogatepass"))
        if isinstance(each, TextResourceContents)
        else len(each.blob) * 3 // 4
        for each in contents
    )
    if size > bytes_for_media():
        raise SpaceError(
            f"That resource of the Space {space.space_id} has {size:,} bytes; one has "
            f"{bytes_for_media():,} at most.",
            reason=Reason.TOO_LARGE,
        )
