"""What Gradio's queue tells of a call, in the words that its `mcp` has for it.

gradio/mcp.py, `_format_progress_message`: steps are counted, since an app may count its own anew.
"""

import math
from typing import Any

from mcpendpoint.gradio.exchange import Message
from mcpendpoint.gradio.upstream import MAX_PROGRESS_CHARS, ReportProgress
from mcpendpoint.protocol.visible_text import visible_line


class Progress:
    def __init__(self, report: ReportProgress) -> None:
        self._report = report
        self._steps = 0

    async def hear(self, message: Message) -> None:
        words = words_of(message)
        if words is None or self._report is None:
            return
        self._steps += 1
        await self._report(float(self._steps), None, visible_line(words)[:MAX_PROGRESS_CHARS])


def words_of(message: Message) -> str | None:
    match message.get("msg"):
        case "estimation":
            return _place(message)
        case "process_starts" | "process_generating":
            return "Processing"
        case "progress":
            return _step(message.get("progress_data"))
        case "log":
            log = message.get("log")
            return log[: 10 * MAX_PROGRESS_CHARS] if isinstance(log, str) else None
    return None


def _place(message: Message) -> str | None:
    rank, size = message.get("rank"), message.get("queue_size")
    if not isinstance(rank, int) or not isinstance(size, int):
        return None
    words = f"In queue. Position {rank + 1} out of {size}."
    eta = message.get("rank_eta")
    return f"{words} Estimated time: {eta:.0f} seconds." if _is_number(eta) else words


def _step(units: Any) -> str | None:
    unit = next((each for each in units if isinstance(each, dict)), {}) if _is_list(units) else {}
    index, length, name = unit.get("index"), unit.get("length"), unit.get("desc")
    title = name[:MAX_PROGRESS_CHARS] if isinstance(name, str) and name else "Progress"
    if _is_number(index):
        return f"{title}: step {index} of {length}" if _is_number(length) else f"{title}: {index}"
    share = unit.get("progress")
    return f"{title}: {share:.0%}" if _is_number(share) else None


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _is_number(value: Any) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and math.isfinite(value)
