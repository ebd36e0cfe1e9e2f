"""Sections of a documentation page, by the anchor that a link to it has. Pure: no I/O."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

CHARS_BEFORE = 3_000
CHARS_AFTER = 9_000
"""Around a symbol that has no heading of its own."""

_FENCE = re.compile(r"\s*(`{3,}|~{3,})")
_HEADING = re.compile(r"(#{1,6})[ \t]+(.*)")
_MARKER = re.compile(r"\[\[([^\[\]]+)\]\]")


@dataclass(frozen=True)
class Section:
    heading: str | None
    content: str


@dataclass(frozen=True)
class _Heading:
    start: int
    end: int
    level: int
    text: str
    markers: tuple[str, ...]
    """Anchors that the builder of the documentation wrote behind it."""


def find_section(markdown: str, anchor: str) -> Section | None:
    """Return the section of a heading with that anchor, or what is around a symbol of that name."""
    headings = list(_headings(markdown))
    wanted = anchor.strip().lower()
    for heading in headings:
        if wanted in heading.markers:
            return _section(markdown, headings, heading)
    plain = _plain(anchor)
    for heading in headings:
        if plain and _plain(heading.text) == plain:
            return _section(markdown, headings, heading)
    return _around_symbol(markdown, headings, anchor.strip().rpartition(".")[2])


def _headings(markdown: str) -> Iterator[_Heading]:
    at, fence = 0, ""
    for line in markdown.splitlines(keepends=True):
        start, at = at, at + len(line)
        if found := _FENCE.match(line):
            kind = found[1][0]
            fence = kind if not fence else "" if fence == kind else fence
        elif not fence and (heading := _HEADING.match(line)):
            markers = tuple(marker.lower() for marker in _MARKER.findall(heading[2]))
            text = _MARKER.sub("", heading[2]).rstrip(" \t\r\n#")
            yield _Heading(start, at, len(heading[1]), text, markers)


def _section(markdown: str, headings: Sequence[_Heading], heading: _Heading) -> Section:
    later = (each for each in headings if each.start > heading.start)
    following = next((each for each in later if each.level <= heading.level), None)
    end = following.start if following else len(markdown)
    return Section(heading.text, markdown[heading.start : end].strip())


def _around_symbol(markdown: str, headings: Sequence[_Heading], symbol: str) -> Section | None:
    found = re.search(rf"(?<!\w){re.escape(symbol)}(?!\w)", markdown) if symbol else None
    if found is None:
        return None
    above = [heading for heading in headings if heading.start <= found.start()]
    floor = above[-1].end if above else 0
    start = _line_start(markdown, max(floor, found.start() - CHARS_BEFORE))
    end = markdown.find("\n", found.start() + CHARS_AFTER)
    content = markdown[start : end if end >= 0 else len(markdown)].strip()
    return Section(above[-1].text if above else None, content) if content else None


def _line_start(text: str, at: int) -> int:
    return text.rfind("\n", 0, at) + 1


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text).lower()
    return "".join(char for char in folded if char.isalnum())
