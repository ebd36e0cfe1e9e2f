"""Cuts results to the size of one answer: on whole entries and characters. Pure: no I/O.

What is cut says how much is missing and with which --offset it goes on.
"""

from collections.abc import Sequence

import orjson

from mcpendpoint.tools.hf_fs.render import render, row_of
from mcpendpoint.tools.hf_fs.results import AnyResult, CatResult, Entry, Item, ListResult

MAX_CHARS = 80_000
"""Of the text, and of the structured content."""

_OVERHEAD_CHARS = 60
"""Around each item: its heading and separator, its index and status."""
_MESSAGE_CHARS = 250
"""What is added to say that something was cut."""


def fit(items: Sequence[Item], max_chars: int = MAX_CHARS) -> list[Item]:
    """Give small results the room they need, and large ones equal shares of what is left."""
    costs = [_cost(item) for item in items]
    fitted, left = list(items), max_chars - 200
    waiting = sorted(range(len(items)), key=costs.__getitem__)
    for place, index in enumerate(waiting):
        share = left // (len(waiting) - place)
        if costs[index] > share:
            fitted[index] = _cut(items[index], share)
            costs[index] = min(costs[index], share)
        left -= costs[index]
    return fitted


def _cost(item: Item) -> int:
    text = render(item.result) if item.result is not None else ""
    return max(_json_chars(item.to_content()), len(text) + _message_chars(item)) + _OVERHEAD_CHARS


def _message_chars(item: Item) -> int:
    return len(item.error.message) + len(item.error.recovery) if item.error is not None else 0


def _json_chars(value: object) -> int:
    return len(orjson.dumps(value).decode())


def _cut(item: Item, max_chars: int) -> Item:
    room = max_chars - _MESSAGE_CHARS - _OVERHEAD_CHARS
    match item.result:
        case ListResult() as listed:
            result: AnyResult = _cut_list(listed, room)
        case CatResult() as read:
            result = _cut_text(read, room)
        case _:
            return item
    return item.model_copy(update={"result": result, "output_truncated": True})


def _cut_list(result: ListResult, room: int) -> ListResult:
    bare = result.model_copy(update={"entries": []})
    room -= max(_json_chars(bare.to_content()), len(render(bare)) + 200)
    kept: list[Entry] = []
    for entry in result.entries:
        row = sum(len(value) + 4 for value in row_of(entry))
        room -= max(_json_chars(entry.to_content()) + 1, row)
        if room < 0:
            break
        kept.append(entry)
    following = result.offset + len(kept)
    return result.model_copy(
        update={
            "entries": kept,
            "truncated": True,
            "truncation_reason": "output_budget",
            "truncation_message": (
                f"No room for more than {len(kept)} of {len(result.entries)} entries. Continue "
                f"with --offset {following}, or ask for less in one call."
            ),
            "next_offset": following,
        }
    )


def _cut_text(result: CatResult, room: int) -> CatResult:
    bare = result.model_copy(update={"content": ""})
    room = max(room - max(_json_chars(bare.to_content()), len(render(bare))), 0)
    low, high = 0, min(len(result.content), room)
    while low < high:  # the longest start that fits as JSON, too, where some characters are two
        middle = (low + high + 1) // 2
        if _json_chars(result.content[:middle]) <= room:
            low = middle
        else:
            high = middle - 1
    content = result.content[:low]
    size = len(content.encode())
    following = result.offset + size
    return result.model_copy(
        update={
            "content": content,
            "bytes": size,
            "truncated": True,
            "truncation_reason": "output_budget",
            "truncation_message": (
                f"No room for more in this call. Resume with --offset {following}."
            ),
            "next_offset": following,
        }
    )
