"""What a stream's credential has at its URL, looked at again and again."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Protocol


class StreamEnds(Exception):
    """The credential of a stream is good no more."""


@dataclass(frozen=True)
class Seen:
    """What a look found."""

    list_id: str | None
    """Of the tools that are listed; None when they cannot be listed now."""
    user_id: int | None
    """The person whose news concern the list."""
    expires_at: float | None
    """By time.time(), when the credential ends."""


class Watch(Protocol):
    """Looks at what a credential has at a URL."""

    @property
    def key(self) -> Hashable: ...

    @property
    def owner(self) -> Hashable:
        """Who has opened the stream, as far as limits go."""

    async def look(self) -> Seen:
        """Raises StreamEnds."""

    async def resource(self, uri: str, news: int) -> str | None:
        """Return a word that is another one when what is at a URI has changed; None for unknown.

        `news` counts how often somebody said that it has: then nothing is taken from memory.
        Raises StreamEnds.
        """
