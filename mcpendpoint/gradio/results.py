"""What a call at a Space brought back, as a result of ours. Pure: no I/O.

Every block is kept, also of an error, as far as there is room: Claude takes 1 MB a result, and the
Python SDK 1 MiB an event. A block that is none becomes a line of text saying so.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

import orjson
from mcp_types import (
    BlobResourceContents,
    CallToolResult,
    ContentBlock,
    EmbeddedResource,
    ImageContent,
    ResourceLink,
    TextContent,
)
from pydantic import TypeAdapter, ValidationError

from mcpendpoint.gradio.fitting import fit_blocks
from mcpendpoint.gradio.metadata import portable_meta
from mcpendpoint.gradio.uris import is_uri, uri_here

MAX_BLOCKS = 200
MAX_RESULT_BYTES = 1_000_000
MAX_LEVELS = 50
LIGHT_CHARS = 50_000
IMAGE_LEFT_OUT = "An image was left out, as images are switched off (no_image_content)."

_block: TypeAdapter[ContentBlock] = TypeAdapter(ContentBlock)
_WEB = re.compile(r"https?://")
_REPLICA = re.compile(r"[A-Za-z0-9]+-([A-Za-z0-9]+)")

Move = Callable[[str], str]
"""Makes the addresses in a text name the replica."""


class NotAResult(ValueError):
    """The answer is not what a call brings back."""


def replica_of(header: str) -> str | None:
    """Return the replica in an X-Proxied-Replica header such as `uxm7fnh3-hqx78`."""
    found = _REPLICA.fullmatch(header)
    return found[1] if found else None


def read_result(
    result: dict[str, Any],
    *,
    space_url: str,
    replica: str | None,
    include_images: bool,
    max_bytes: int = MAX_RESULT_BYTES,
) -> CallToolResult:
    """Read an upstream result. Raises NotAResult.

    A file lies on the replica that made it, so links to files are made to name `replica`.
    """
    content = result.get("content")
    if not isinstance(content, list):
        raise NotAResult
    move = mover(space_url, replica)
    blocks = [_moved(_read_block(item), move) for item in content[:MAX_BLOCKS]]
    if len(content) > MAX_BLOCKS:
        blocks.append(_text(f"{len(content) - MAX_BLOCKS} more blocks were left out."))
    structured = _structured(result.get("structuredContent"), move)
    if not include_images:
        blocks = list(_without_images(blocks))
        structured = None  # Gradio repeats the blocks in it
    is_error = result.get("isError") is True
    if not blocks:
        blocks = _blocks_for_nothing(result.get("structuredContent"), move, is_error=is_error)
    blocks, structured = fit_blocks(blocks, structured, max_bytes)
    return CallToolResult(
        content=blocks,
        structured_content=structured,
        is_error=is_error,
        _meta=portable_meta(_in_depth(result.get("_meta"), move, MAX_LEVELS)) or None,
    )


def blocks_here(blocks: Iterable[ContentBlock], prefix: str) -> list[ContentBlock]:
    """Return blocks in which a Space names nothing but its own resources and what is on the web.

    `file://`, `hf://` and other Spaces' `ui://` are this server's to give.
    """
    return [_block_here(block, prefix) for block in blocks]


def _block_here(block: ContentBlock, prefix: str) -> ContentBlock:
    match block:
        case ResourceLink(uri=uri) if not _WEB.match(uri):
            if not is_uri(uri):
                return _text("A link was left out: it leads nowhere.")
            return block.model_copy(update={"uri": uri_here(prefix, uri)})
        case EmbeddedResource(resource=resource) if not _WEB.match(resource.uri):
            if not is_uri(resource.uri):
                return _text("A part of the answer was left out: it has no address that is one.")
            here = resource.model_copy(update={"uri": uri_here(prefix, resource.uri)})
            return block.model_copy(update={"resource": here})
        case _:
            return block


def is_heavy(result: Any) -> bool:
    """Whether reading it takes longer than others should wait for."""
    weight = 0
    waiting: list[Any] = [result]
    while waiting and weight <= LIGHT_CHARS:
        value = waiting.pop()
        if isinstance(value, str):
            weight += len(value)
        elif isinstance(value, dict):
            waiting.extend(value.values())
        elif isinstance(value, list):
            weight += 10 * len(value)
            waiting.extend(value[:LIGHT_CHARS])
        weight += 10
    return weight > LIGHT_CHARS


def _read_block(item: Any) -> ContentBlock:
    try:
        return _without_meta(_block.validate_python(item, by_name=False))
    except ValidationError:
        return _text("A part of the answer was left out: it is of a form that is not known.")


def _without_meta(block: ContentBlock) -> ContentBlock:
    """Of `_meta`, only a result's own is read: clients take much from it."""
    plain = block.model_copy(update={"meta": None})
    if isinstance(plain, EmbeddedResource):
        resource = plain.resource.model_copy(update={"meta": None})
        return plain.model_copy(update={"resource": resource})
    return plain


def _text(text: str) -> TextContent:
    return TextContent(text=text)


def _blocks_for_nothing(structured: Any, move: Move, *, is_error: bool) -> list[ContentBlock]:
    """Say in a text what only clients that read `structuredContent` would see."""
    if structured is not None:
        return [_text(orjson.dumps(_in_depth(structured, move, MAX_LEVELS)).decode())]
    return [_text("The Space reported an error, without saying which.")] if is_error else []


def mover(space_url: str, replica: str | None) -> Move:
    if replica is None:
        return lambda text: text
    old = f"{space_url}/gradio_api/"
    new = f"{space_url}/--replicas/{replica}/gradio_api/"
    return lambda text: text.replace(old, new)


def _moved(block: ContentBlock, move: Move) -> ContentBlock:
    match block:
        case TextContent(text=text):
            return block.model_copy(update={"text": move(text)})
        case ResourceLink(uri=uri):
            return block.model_copy(update={"uri": move(uri)})
        case EmbeddedResource(resource=resource):
            moved = {"uri": move(resource.uri)}
            if not isinstance(resource, BlobResourceContents):
                moved["text"] = move(resource.text)
            return block.model_copy(update={"resource": resource.model_copy(update=moved)})
        case _:
            return block


def _structured(value: Any, move: Move) -> dict[str, Any] | None:
    if not isinstance(value, dict):
        return None  # clients of before 2026 take nothing else
    moved = _in_depth(value, move, MAX_LEVELS)
    return moved if isinstance(moved, dict) else None


def _in_depth(value: Any, move: Move, levels: int) -> Any:
    """Move the links in all texts; an image or a sound is in `content`, and not here again."""
    if isinstance(value, str):
        return move(value)
    if levels == 0:
        return None
    if isinstance(value, list):
        return [_in_depth(item, move, levels - 1) for item in value]
    if isinstance(value, dict):
        if value.get("type") in ("image", "audio") and isinstance(value.get("data"), str):
            return {"type": "text", "text": f"(the {value['type']} is in the content)"}
        return {key: _in_depth(item, move, levels - 1) for key, item in value.items()}
    return value


def _without_images(blocks: Iterable[ContentBlock]) -> Iterable[ContentBlock]:
    has_said_so = False
    for block in blocks:
        if not _is_image(block):
            yield block
        elif not has_said_so:
            has_said_so = True
            yield _text(IMAGE_LEFT_OUT)


def _is_image(block: ContentBlock) -> bool:
    if isinstance(block, EmbeddedResource) and isinstance(block.resource, BlobResourceContents):
        return (block.resource.mime_type or "").startswith("image/")
    return isinstance(block, ImageContent)
