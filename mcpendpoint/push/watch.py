"""What a stream's credential has at its URL, looked at again and again."""

from collections.abc import Hashable
from dataclasses import dataclass, replace
from typing import Protocol

from mcpendpoint.protocol.subscriptions import (
    PROMPTS_CHANGED,
    RESOURCES_CHANGED,
    TOOLS_CHANGED,
)

UNKNOWN_LIST = "0"
"""Stands for one that could not be listed."""


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
    prompts_id: str | None = ""
    resources_id: str | None = ""
    """Of what Spaces add to those lists; None when that cannot be told now."""

    def after(self, before: "Seen") -> "Seen":
        """Return it with what is not known now as it was before."""
        return replace(
            self,
            list_id=before.list_id if self.list_id is None else self.list_id,
            prompts_id=before.prompts_id if self.prompts_id is None else self.prompts_id,
            resources_id=before.resources_id if self.resources_id is None else self.resources_id,
        )

    @property
    def ids(self) -> dict[str, str | None]:
        """Return what tells each list from another, by the notification that it changed."""
        return {
            TOOLS_CHANGED: self.list_id,
            PROMPTS_CHANGED: self.prompts_id,
            RESOURCES_CHANGED: self.resources_id,
        }

    @property
    def event_id(self) -> str:
        """Return what stands for all lists in the ids of events."""
        ids = [self.list_id or UNKNOWN_LIST, self.prompts_id or "", self.resources_id or ""]
        return ".".join(ids).rstrip(".")

    def changed_since(self, event_id: str) -> list[str]:
        """Return the notifications that a client lacks who was told of such an event last.

        "" is of who cannot say.
        """
        known = [*event_id.split("."), "", ""]
        return [
            method
            for (method, now), then in zip(self.ids.items(), known, strict=False)
            if now is not None and then not in (now, UNKNOWN_LIST)
        ]


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
