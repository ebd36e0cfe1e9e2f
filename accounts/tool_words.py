"""What a person calls the tools of a Space, and says of them, to their assistants. Pure: no I/O."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class ToolWords:
    own_name: str
    """As the Space calls the tool."""
    name: str = ""
    """What it is called after the Space's prefix; "" for its own name."""
    description: str = ""
    """"" for the Space's own."""


def read_words(stored: Mapping[str, Mapping[str, Any]] | None) -> tuple[ToolWords, ...]:
    return tuple(ToolWords(own_name, **words) for own_name, words in (stored or {}).items())


def stored_words(words: Iterable[ToolWords]) -> dict[str, dict[str, str]] | None:
    """Return what is stored of those that say something, None for nothing."""
    stored = {
        each.own_name: {"name": each.name, "description": each.description}
        for each in words
        if each.name or each.description
    }
    return stored or None
