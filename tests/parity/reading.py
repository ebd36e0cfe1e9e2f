"""Markdown as both servers write it, read back into values."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

Facts = dict[str, Any]

MARKS = {"🔐": "private", "🔒": "gated", "⛔": "disabled"}
UNITS = {"": 1, "bytes": 1, "K": 1e3, "KB": 1e3, "M": 1e6, "MB": 1e6, "B": 1e9, "GB": 1e9}

_LABELLED = re.compile(r"\*\*([^*\n]+):\*\* (.+?)(?= \| \*\*|$)", re.MULTILINE)
_NUMBER = re.compile(r"([\d,]+(?:\.\d+)?) ?(bytes|[KMG]?B|[KM]|)\b")
_URL = re.compile(r"https?://[^/\s)\]]+(/[^\s)\]]*)")


@dataclass(frozen=True, eq=False)
class Rounded:
    """A number written as 51.2K or so: equal to whatever is written like that."""

    value: float
    unit: float

    def __eq__(self, other: object) -> bool:
        value, unit = (other.value, other.unit) if isinstance(other, Rounded) else (other, 1)
        if not isinstance(value, int | float):
            return False
        return abs(value - self.value) <= 0.0501 * max(self.unit, unit)

    __hash__ = None  # type: ignore[assignment]


def number(text: str | None) -> int | Rounded | None:
    """Read 128, 1,200, 51.2K or 12.0 KB; anything else, such as a dash, is None."""
    found = _NUMBER.match(text or "")
    if found is None:
        return None
    value, unit = float(found[1].replace(",", "")), UNITS[found[2]]
    return int(value) if unit == 1 else Rounded(value * unit, unit)


def day(text: str | None) -> date | None:
    """Read 2026-10-01, 1 Oct, 2026 or a time of that day in UTC."""
    if text is None:
        return None
    if "," in text:
        return datetime.strptime(text, "%d %b, %Y").date()
    return date.fromisoformat(text[:10])


def labelled(text: str) -> dict[str, str]:
    """Return what follows each `**Label:**`, by the label in lower case."""
    return {label.lower(): value.strip() for label, value in _LABELLED.findall(text)}


def listed(text: str | None) -> list[str] | None:
    return [item.strip(" `") for item in text.split(", ")] if text else None


def marks(text: str) -> set[str]:
    return {name for mark, name in MARKS.items() if mark in text}


def last_path(text: str) -> str | None:
    """Return the path of the last URL: the two servers link to different hosts."""
    paths: list[str] = _URL.findall(text)
    return paths[-1] if paths else None


def section(text: str, heading: str) -> str:
    """Return what is below a heading, up to the next one."""
    found = re.search(rf"^##+ {heading}\n+(.*?)(?=^##? |\Z)", text, re.M | re.S | re.I)
    return found[1].strip() if found else ""


def tables(text: str) -> list[list[dict[str, str]]]:
    """Return every table as its rows, each by column."""
    found = re.findall(r"(?:^\|.*\|$\n?)+", text, re.MULTILINE)
    return [_table(lines.splitlines()) for lines in found]


def _table(lines: list[str]) -> list[dict[str, str]]:
    names, _, *rows = map(_cells, lines)
    return [dict(zip(names, row, strict=True)) for row in rows]


def _cells(line: str) -> list[str]:
    cells = re.split(r"(?<!\\)\|", line)[1:-1]
    return [re.sub(r"\\([\\|*_~`>#])", r"\1", cell).strip() for cell in cells]


def one_line(text: str) -> str:
    return " ".join(text.split())


def known(facts: Mapping[str, Any]) -> Facts:
    """Leave out what was not said."""
    return {name: value for name, value in facts.items() if value not in (None, [], "", set())}


def same_named(facts: Facts, others: Facts) -> Facts:
    """Return of `others` what `facts` has too: a server may say more than the other."""
    return {name: others.get(name) for name in facts}
