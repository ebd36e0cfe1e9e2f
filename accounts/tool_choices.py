"""What somebody chose on the page of the tools, and what one choice has that another has not.

Pure: no I/O.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any


@dataclass(frozen=True)
class ToolChoices:
    """What the form of the tools saves."""

    tools: frozenset[str] | None
    """None when the user never chose."""
    include_images: bool
    urls_may_write: bool

    @property
    def version(self) -> str:
        """Tells one state of the form from another, for a page that is older than the last save."""
        names = "defaults" if self.tools is None else ",".join(sorted(self.tools))
        state = f"{names}|{self.include_images}|{self.urls_may_write}"
        return sha256(state.encode()).hexdigest()[:16]

    def ticked(self, begins_with: frozenset[str]) -> frozenset[str]:
        """Return the names of all boxes that are ticked, tools and options; whoever never chose
        begins with some tools.
        """
        options = {name for name in TOOL_OPTIONS if getattr(self, name)}
        return (begins_with if self.tools is None else self.tools) | options


TOOL_OPTIONS = {
    "include_images": "Send images to the assistant",
    "urls_may_write": "URLs may switch on tools that write or spend",
}
"""What is chosen besides the tools, with the titles."""

SWITCHED_ON, SWITCHED_OFF = "switched on", "switched off"
"""In the details of an event: names of tools and options."""


def switched(
    before: ToolChoices, now: ToolChoices, begins_with: frozenset[str]
) -> dict[str, list[str]]:
    """Return, for the log, what is on and was not, and the other way round."""
    had, has = before.ticked(begins_with), now.ticked(begins_with)
    told = {SWITCHED_ON: sorted(has - had), SWITCHED_OFF: sorted(had - has)}
    return {name: names for name, names in told.items() if names}


def switches_tools(detail: Mapping[str, Any]) -> bool:
    """Say whether the details of an event are those of a change of the tools."""
    return not detail.keys().isdisjoint((SWITCHED_ON, SWITCHED_OFF))
