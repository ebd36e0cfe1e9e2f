"""In which states a Space was, as a strip and in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.timesince import timesince
from django.utils.timezone import localtime

from dashboard import formats
from dashboard.ranges import Range
from mcpendpoint.gradio.state_history import Seen, read
from mcpendpoint.gradio.states import Kind, kind_of, state_label

WIDTH = 1_000
"""Of the strip, in its own units."""
MOST_IN_WORDS = 50


@dataclass(frozen=True)
class Piece:
    """Of the strip."""

    kind: Kind
    x: float
    width: float


@dataclass(frozen=True)
class States:
    pieces: tuple[Piece, ...]
    words: tuple[str, ...]
    """The latest first."""
    more: int
    """How many there are no words of."""
    kinds: tuple[Kind, ...]
    """Those that occur, for the legend."""


def states_of(space_id: str, shown: Range, now: datetime) -> States | None:
    """Return None for a Space of which nothing was seen then."""
    end = min(shown.end, now)
    seen = _joined(read(space_id, shown.start, end, now))
    if not seen:
        return None
    whole = (end - shown.start).total_seconds()
    pieces = tuple(
        Piece(
            kind_of(each.stage),
            round(WIDTH * (each.begin - shown.start).total_seconds() / whole, 1),
            round(WIDTH * (each.end - each.begin).total_seconds() / whole, 1),
        )
        for each in seen
    )
    words = tuple(_in_words(each) for each in reversed(seen))
    kinds = {piece.kind for piece in pieces}
    return States(
        pieces,
        words[:MOST_IN_WORDS],
        max(0, len(words) - MOST_IN_WORDS),
        tuple(kind for kind in Kind if kind in kinds),
    )


def _joined(states: Iterable[Seen]) -> list[Seen]:
    """Put together what goes on: several processes look."""
    joined: list[Seen] = []
    for each in states:
        if joined and (last := joined[-1]).stage == each.stage and each.begin <= last.end:
            joined[-1] = Seen(last.stage, last.begin, max(last.end, each.end))
        else:
            joined.append(each)
    return joined


def _in_words(seen: Seen) -> str:
    begin, end = (formats.moment(localtime(at)) for at in (seen.begin, seen.end))
    lasted = timesince(seen.begin, seen.end, depth=2)
    return f"{state_label(seen.stage)} from {begin} to {end}, {lasted}"
