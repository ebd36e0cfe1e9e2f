"""Keeps an answer within its bytes: what does not fit is left out, in words.

The Python SDK fails a call whose server-sent event is larger than 1 MiB, and a model reads a small
part of that. Pure: the bound is an argument.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import orjson
from mcp_types import INTERNAL_ERROR

from mcpendpoint.protocol.kernel import Answer
from mcpendpoint.protocol.messages import RequestId, error_message

TOO_LARGE = 413
"""Our JSON-RPC error code: HTTP's, outside of what JSON-RPC and MCP reserve."""

MIN_TEXT_CHARS = 1_000
_NOTE_BYTES = 400

Block = dict[str, Any]


def fit(answer: Answer, max_bytes: int, *, has_output_schema: bool) -> Answer:
    """Return an answer of at most that size, with its bytes.

    `has_output_schema` says that structured content must be there, whole, unless it is an error.
    """
    raw = _serialized(answer.body)
    if raw is None:
        request_id = answer.body.get("id")
        body = error_message(INTERNAL_ERROR, "The result cannot be written down.", request_id)
        return replace(answer, body=body, raw=orjson.dumps(body))
    if len(raw) <= max_bytes:
        return replace(answer, raw=raw)
    for cut in _cuts(answer.body, max_bytes, has_output_schema):
        body = cut(len(raw))
        raw_of_cut = orjson.dumps(body)
        if len(raw_of_cut) <= max_bytes:
            break
    return replace(answer, body=body, raw=raw_of_cut)


def _serialized(body: Any) -> bytes | None:
    try:
        return orjson.dumps(body)
    except TypeError:
        return None


def _cuts(
    body: dict[str, Any], max_bytes: int, has_output_schema: bool
) -> list[Callable[[int], dict[str, Any]]]:
    """Return ways to make it smaller, the mildest first; the last one always does."""
    result = body.get("result")
    if not isinstance(result, dict) or not isinstance(result.get("content"), list):
        return [lambda size: refusal(body.get("id"), size, max_bytes)]
    mild = [lambda size: {**body, "result": _cut(result, max_bytes)}]
    if has_output_schema and not result.get("isError"):
        # Nothing but the blocks beside the structured content can be cut then.
        mild = mild if _size(result.get("structuredContent")) < max_bytes // 2 else []
    elif "structuredContent" in result:
        bare = {name: value for name, value in result.items() if name != "structuredContent"}
        bare["content"] = [*bare["content"], _text("The structured form was too large.")]
        mild.append(lambda size: {**body, "result": _cut(bare, max_bytes)})
    return [*mild, lambda size: {**body, "result": _failure(result, size, max_bytes)}]


def _cut(result: dict[str, Any], max_bytes: int) -> dict[str, Any]:
    rest = {name: value for name, value in result.items() if name != "content"}
    room = max_bytes - _size(rest) - _NOTE_BYTES
    return {**result, "content": _fitting(result["content"], room)}


def _fitting(blocks: list[Block], room: int) -> list[Block]:
    """Leave out what is no text, the largest first, then shorten texts, the longest first."""
    sizes = [_size(block) + 1 for block in blocks]
    kept = list(blocks)
    largest_first = sorted(range(len(blocks)), key=lambda index: -sizes[index])
    for index in largest_first:
        if sum(sizes) > room and kept[index].get("type") != "text":
            kept[index] = _text(_words_for(kept[index], sizes[index]))
            sizes[index] = _size(kept[index]) + 1
    for index in largest_first:
        excess = sum(sizes) - room
        if excess > 0 and kept[index].get("type") == "text":
            kept[index] = _shortened(kept[index], sizes[index] - excess)
            sizes[index] = _size(kept[index]) + 1
    return kept


def _words_for(block: Block, size: int) -> str:
    resource = block.get("resource")
    about = resource if isinstance(resource, dict) else block
    kind = about.get("mimeType") or block.get("type")
    where = about.get("uri")
    link = f" It is at {where[:2_000]}" if isinstance(where, str) else ""
    return f"[{kind}, {size:,} bytes: too large for one answer, so it was left out.{link}]"


def _shortened(block: Block, max_bytes: int) -> Block:
    text = block["text"]
    room = max(max_bytes - _NOTE_BYTES, MIN_TEXT_CHARS)
    low, high = 0, min(len(text), room)
    while low < high:  # a character may take up to twelve bytes as JSON
        middle = (low + high + 1) // 2
        low, high = (middle, high) if _size(text[:middle]) <= room else (low, middle - 1)
    if low == len(text):
        return block
    note = (
        f"\n… Cut: these are the first {low:,} of {len(text):,} characters, as one answer holds no "
        "more. Ask for less, or for the rest by itself."
    )
    return {**block, "text": text[:low] + note}


def _failure(result: dict[str, Any], size: int, max_bytes: int) -> dict[str, Any]:
    rest = {name: result[name] for name in ("resultType",) if name in result}
    return {**rest, "content": [_text(_too_large(size, max_bytes))], "isError": True}


@dataclass
class Room:
    """What answers that go out together may take."""

    left: int

    def take(self, raw: bytes, request_id: RequestId | None) -> bytes:
        """Return an answer, or in place of one that does not fit any more, an error."""
        if len(raw) > self.left:
            raw = orjson.dumps(refusal(request_id, len(raw), max(self.left, 0)))
        self.left -= len(raw)
        return raw


def refusal(request_id: RequestId | None, size: int, max_bytes: int) -> dict[str, Any]:
    """Return the error for an answer that cannot be made to fit."""
    return error_message(TOO_LARGE, _too_large(size, max_bytes), request_id)


def _too_large(size: int, max_bytes: int) -> str:
    return (
        f"The answer is too large: {size:,} bytes, of {max_bytes:,} that one may have here. Ask "
        "for less at a time."
    )


def _text(text: str) -> Block:
    return {"type": "text", "text": text}


def _size(value: Any) -> int:
    return len(orjson.dumps(value))
