"""What pages show, as data: templates/dashboard/_table.html and static/js/dashboard.js both make
the same HTML of it, the one at first, the other when something has changed. Pure.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Literal, TypeAlias
from urllib.parse import urlencode

from django.urls import reverse

from dashboard import formats

Kind: TypeAlias = Literal["", "number", "when", "tags"]

MAX_NAME_SHOWN = 60
MAX_NOTE_SHOWN = 60


@dataclass(frozen=True)
class Column:
    label: str
    kind: Kind = ""
    sort: str = ""
    """As in `?sort=`, "" where rows are not to be had in that order."""


@dataclass(frozen=True)
class Cell:
    text: str = ""
    kind: Kind = ""
    is_bad: bool = False
    at: str = ""
    """ISO 8601 of a time, which the browser writes in its own way."""
    tags: tuple[str, ...] = ()
    href: str = ""
    bar: float | None = None
    """How much of the longest one, 0 to 1."""


@dataclass(frozen=True)
class Row:
    name: str
    cells: tuple[Cell, ...]
    note: str = ""
    href: str = ""


@dataclass(frozen=True)
class Table:
    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    total: int
    """How many rows there are in all."""
    href: str = ""
    """Where all of them are."""
    empty: str = ""
    """What stands in the place of no rows."""

    @property
    def more(self) -> str:
        """How many are left out, in words."""
        left_out = self.total - len(self.rows)
        return f"and {formats.count(left_out)} more" if left_out > 0 else ""

    def as_data(self) -> dict[str, Any]:
        return {**asdict(self), "more": self.more}


@dataclass(frozen=True)
class Note:
    text: str
    href: str = ""


@dataclass(frozen=True)
class Tile:
    label: str
    figures: tuple[tuple[str, str], ...]
    """Each with what it is, "" where the label says so."""
    notes: tuple[Note, ...] = ()
    is_bad: bool = False


def number(value: float, *, is_bad: bool = False) -> Cell:
    return Cell(formats.count(value), "number", is_bad=is_bad and value > 0)


def percentage(value: float) -> Cell:
    return Cell(formats.share(value), "number")


def duration(value: float | None) -> Cell:
    return Cell(formats.milliseconds(value), "number")


def bar(part: float, whole: float) -> Cell:
    return Cell(bar=part / whole if whole else 0.0)


def when(at: datetime | None) -> Cell:
    if at is None:
        return Cell("–", "when")
    return Cell(formats.moment(at), "when", at=at.astimezone(UTC).isoformat(timespec="seconds"))


def tags(texts: Iterable[str]) -> Cell:
    return Cell(kind="tags", tags=tuple(texts))


def row(name: str, cells: Sequence[Cell], *, note: str = "", href: str = "") -> Row:
    return Row(_cut(name, MAX_NAME_SHOWN), tuple(cells), _cut(note, MAX_NOTE_SHOWN), href)


def address(view: str, range_query: str, **names: str) -> str:
    """Return the address of a page of the dashboard about something, for the same range."""
    query = urlencode(names)
    return f"{reverse(f'dashboard:{view}')}?{'&'.join(filter(None, (query, range_query)))}"


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def as_data(tables: Iterable[Table]) -> Mapping[str, Any]:
    return {table.name: table.as_data() for table in tables}
