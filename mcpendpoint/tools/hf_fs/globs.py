"""Globs as shells have them: *, **, ?, [a-z], {a,b} and a leading !. Pure: no I/O.

A pattern comes from strangers and meets thousands of paths, so no pattern may be slow: a segment
becomes a regular expression that never goes back behind a star, and braces are limited.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from mcpendpoint.tools.hf_fs.failures import invalid

MAX_ALTERNATIVES = 64
_BRACES = re.compile(r"\{([^{}]*,[^{}]*)\}")
_RANGE = re.compile(r"\{(\d{1,4})\.\.(\d{1,4})\}")
_CLASS = re.compile(r"\[([!^]?)(\]?[^\]]+)\]")


@dataclass(frozen=True)
class Glob:
    pattern: str
    ignore_case: bool = False

    def matches(self, path: str) -> bool:
        parts = path.split("/") if path else []
        return self._wanted is any(_match(segments, parts) for segments in self._alternatives)

    @property
    def _wanted(self) -> bool:
        return not self.pattern.startswith("!")

    @cached_property
    def _alternatives(self) -> list[list[re.Pattern[str] | None]]:
        flags = re.DOTALL | (re.IGNORECASE if self.ignore_case else 0)
        pattern = self.pattern if self._wanted else self.pattern[1:]
        return [
            [None if part == "**" else _compile(part, flags) for part in text.split("/")]
            for text in _expand(pattern.removeprefix("./").strip("/"))
        ]


def _expand(pattern: str) -> list[str]:
    """Return the patterns without braces that a pattern stands for. Raises Failure."""
    waiting, done = [pattern], list[str]()
    while waiting:
        text = waiting.pop()
        options = _options_of(text)
        if options is None:
            done.append(text)
        else:
            waiting += options
        if len(waiting) + len(done) > MAX_ALTERNATIVES:
            raise invalid(f"the braces of a glob stand for more than {MAX_ALTERNATIVES} patterns")
    return done


def _options_of(text: str) -> list[str] | None:
    if found := _BRACES.search(text):
        values: Sequence[str] = found[1].split(",")
    elif found := _RANGE.search(text):
        low, high = sorted((int(found[1]), int(found[2])))
        values = [str(number) for number in range(low, min(high, low + MAX_ALTERNATIVES) + 1)]
    else:
        return None
    return [text[: found.start()] + value + text[found.end() :] for value in values]


def _match(segments: Sequence[re.Pattern[str] | None], parts: Sequence[str]) -> bool:
    """None stands for `**`: any number of parts, or none."""
    reached = {0}  # how many parts the segments so far may have used up
    for segment in segments:
        if segment is None:
            reached = set(range(min(reached, default=len(parts) + 1), len(parts) + 1))
        else:
            reached = {at + 1 for at in reached if at < len(parts) and segment.match(parts[at])}
    return len(parts) in reached


def _compile(segment: str, flags: int) -> re.Pattern[str]:
    first, *others = _between_stars(segment)
    if not others:
        return re.compile(rf"{first}\Z", flags)
    *middle, last = others
    passed = "".join(f"(?>.*?{part})" for part in middle if part)
    return re.compile(rf"{first}{passed}.*{last}\Z", flags)


def _between_stars(segment: str) -> list[str]:
    """Translate what is before, between and after the stars of a segment."""
    parts, at = [""], 0
    while at < len(segment):
        char = segment[at]
        found = _CLASS.match(segment, at) if char == "[" else None
        if found:
            parts[-1] += _class(found)
            at = found.end()
            continue
        if char == "\\" and at + 1 < len(segment):
            at += 1
            parts[-1] += re.escape(segment[at])
        elif char == "*":
            parts.append("")
        else:
            parts[-1] += "." if char == "?" else re.escape(char)
        at += 1
    return parts


def _class(found: re.Match[str]) -> str:
    negation = "^" if found[1] else ""
    members = re.sub(r"([\\\[\]^&~|])", r"\\\1", found[2])
    try:
        re.compile(f"[{negation}{members}]")
    except re.error:
        return re.escape(found[0])  # such as [z-a]
    return f"[{negation}{members}]"
