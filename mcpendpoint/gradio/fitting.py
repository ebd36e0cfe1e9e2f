"""Makes a result fit: images are scaled down, what has no room is left out and named. No I/O."""

from typing import Any

import orjson
from mcp_types import (
    AudioContent,
    BlobResourceContents,
    ContentBlock,
    EmbeddedResource,
    ImageContent,
    TextContent,
    TextResourceContents,
)

from mcpendpoint.gradio.images import MAX_PIXELS, fit_picture

MAX_TEXT_SHARE = 0.5
BYTES_OF_A_FRAME = 120
"""About what a block takes beside its text or data."""


def fit_blocks(
    blocks: list[ContentBlock], structured: dict[str, Any] | None, max_bytes: int
) -> tuple[list[ContentBlock], dict[str, Any] | None]:
    """Return them with at most about that many bytes as JSON."""
    room = _Room(max_bytes)
    fitted = [room.fit_text(block) for block in blocks]
    room.images = sum(isinstance(block, ImageContent) for block in fitted)
    fitted = [room.fit_media(block) for block in fitted]
    if structured is not None and (size := len(orjson.dumps(structured))) > room.bytes:
        structured = None
        if size > max_bytes:
            fitted.append(_left_out("The structured form of the answer", size))
    return fitted, structured


class _Room:
    def __init__(self, max_bytes: int) -> None:
        self.bytes = max_bytes
        self.images = 0
        self._pixels = MAX_PIXELS
        self._text_bytes = int(max_bytes * MAX_TEXT_SHARE)
        self._seen: set[str] = set()

    def fit_text(self, block: ContentBlock) -> ContentBlock:
        """Cut text that no assistant could read anyway."""
        text = _text_of(block)
        if text is None:
            return block
        room = min(self._text_bytes, self.bytes)
        kept = _cut(text, room)
        self._take(_size(kept))
        self._text_bytes -= _size(kept)
        if kept == text:
            return block
        note = f"{kept}\n… {len(text) - len(kept):,} more characters were left out."
        if isinstance(block, EmbeddedResource):
            resource = block.resource.model_copy(update={"text": note})
            return block.model_copy(update={"resource": resource})
        return block.model_copy(update={"text": note})

    def fit_media(self, block: ContentBlock) -> ContentBlock:
        match block:
            case TextContent():
                return block
            case ImageContent(data=data, mime_type=mime_type):
                return self._fit_image(block, data, mime_type)
            case AudioContent(data=data):
                return self._whole_or_not(block, "A sound", len(data))
            case EmbeddedResource(resource=BlobResourceContents(blob=blob)):
                return self._whole_or_not(block, "A file", len(blob))
            case EmbeddedResource():
                return block
            case _:
                size = len(block.model_dump_json(by_alias=True))
                return self._whole_or_not(block, "A link", size)

    def _fit_image(self, block: ImageContent, data: str, mime_type: str) -> ContentBlock:
        share = max(self.bytes, 0) // max(self.images, 1)
        self.images -= 1
        if data in self._seen:
            return TextContent(text="(the same image as before)")
        self._seen.add(data)
        picture = fit_picture(data, mime_type, share - BYTES_OF_A_FRAME, self._pixels)
        if picture is None:
            return _left_out("An image", len(data))
        self._take(len(picture.data))
        self._pixels -= picture.decoded_pixels
        return block.model_copy(update={"data": picture.data, "mime_type": picture.mime_type})

    def _whole_or_not(self, block: ContentBlock, name: str, size: int) -> ContentBlock:
        if size > self.bytes:
            return _left_out(name, size)
        self._take(size)
        return block

    def _take(self, size: int) -> None:
        self.bytes -= size + BYTES_OF_A_FRAME


def _text_of(block: ContentBlock) -> str | None:
    if isinstance(block, TextContent):
        return block.text
    if isinstance(block, EmbeddedResource) and isinstance(block.resource, TextResourceContents):
        return block.resource.text
    return None


def _size(text: str) -> int:
    """Return how many bytes it takes as JSON."""
    return len(_json(text))


def _json(text: str) -> bytes:
    try:
        return orjson.dumps(text)
    except orjson.JSONEncodeError:  # a lone surrogate
        return orjson.dumps(text.encode("utf-8", "replace").decode())


def _cut(text: str, max_bytes: int) -> str:
    """Return as much of its beginning as takes that many bytes as JSON."""
    kept = text[: max(max_bytes, 0)]
    while kept and (size := _size(kept)) > max_bytes:
        kept = kept[: min(len(kept) - 1, len(kept) * max_bytes // size)]
    return kept


def _left_out(name: str, size: int) -> TextContent:
    shown = f"{size / 1_000_000:.1f} MB" if size >= 100_000 else f"{size / 1_000:.0f} kB"
    return TextContent(
        text=f"({name} of {shown} was left out, as there is no room for it in an answer; "
        "where the Space gave its address, that is beside it.)"
    )
