"""What a call at a Space brought back, as a result of ours. Pure: no I/O.

Every block is kept, also of an error. A block that is none becomes a line of text saying so.
"""

import re
from collections.abc import Iterable
from typing import Any

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

MAX_BLOCKS = 200
MAX_TEXT_CHARS = 400_000
IMAGE_LEFT_OUT = "An image was left out, as images are switched off (no_image_content)."

_block: TypeAdapter[ContentBlock] = TypeAdapter(ContentBlock)
_REPLICA = re.compile(r"[A-Za-z0-9]+-([A-Za-z0-9]+)")


class NotAResult(ValueError):
    """The answer is not what a call brings back."""


def replica_of(header: str) -> str | None:
    """Return the replica in an X-Proxied-Replica header such as `uxm7fnh3-hqx78`."""
    found = _REPLICA.fullmatch(header)
    return found[1] if found else None


def read_result(
    result: dict[str, Any], *, space_url: str, replica: str | None, include_images: bool
) -> CallToolResult:
    """Read an upstream result. Raises NotAResult.

    A file lies on the replica that made it, so links to files are made to name `replica`.
    """
    content = result.get("content")
    structured = result.get("structuredContent")
    if not isinstance(content, list):
        raise NotAResult
    if not isinstance(structured, dict):
        structured = None  # clients of before 2026 take nothing else
    blocks = [_read_block(item) for item in content[:MAX_BLOCKS]]
    if len(content) > MAX_BLOCKS:
        blocks.append(_text(f"{len(content) - MAX_BLOCKS} more blocks were left out."))
    if replica is not None:
        pinned = f"{space_url}/--replicas/{replica}/gradio_api/"
        blocks = [_with_links(block, f"{space_url}/gradio_api/", pinned) for block in blocks]
    if not include_images:
        blocks = list(_without_images(blocks))
        structured = None  # Gradio repeats the blocks in it
    is_error = result.get("isError") is True
    if is_error and not blocks:
        blocks = [_text("The Space reported an error, without saying which.")]
    return CallToolResult(
        content=_shortened(blocks), structured_content=structured, is_error=is_error
    )


def _read_block(item: Any) -> ContentBlock:
    try:
        return _block.validate_python(item, by_name=False)
    except ValidationError:
        return _text("A part of the answer was left out: it is of a form that is not known.")


def _text(text: str) -> TextContent:
    return TextContent(text=text)


def _with_links(block: ContentBlock, old: str, new: str) -> ContentBlock:
    match block:
        case TextContent(text=text) if old in text:
            return block.model_copy(update={"text": text.replace(old, new)})
        case ResourceLink(uri=uri) if uri.startswith(old):
            return block.model_copy(update={"uri": uri.replace(old, new, 1)})
        case EmbeddedResource(resource=resource) if resource.uri.startswith(old):
            moved = resource.model_copy(update={"uri": resource.uri.replace(old, new, 1)})
            return block.model_copy(update={"resource": moved})
        case _:
            return block


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


def _shortened(blocks: list[ContentBlock]) -> list[ContentBlock]:
    """Cut text that no assistant could read anyway."""
    kept: list[ContentBlock] = []
    room = MAX_TEXT_CHARS
    for block in blocks:
        if isinstance(block, TextContent):
            if len(block.text) > room:
                note = f"\n… {len(block.text) - room:,} more characters were left out."
                block = block.model_copy(update={"text": block.text[:room] + note})
            room = max(0, room - len(block.text))
        kept.append(block)
    return kept
