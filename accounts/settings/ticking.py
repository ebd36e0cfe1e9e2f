"""One tick of the Tools page that is saved by itself: what becomes of the choices. No I/O."""

from collections.abc import Iterable
from dataclasses import dataclass

from accounts.catalogue import Catalogue
from accounts.groups.words import listed
from accounts.tool_choices import TOOL_OPTIONS, ToolChoices


@dataclass(frozen=True)
class Tick:
    name: str
    """Of a tool, or of an option beside them."""
    is_on: bool

    def changed(
        self, choices: ToolChoices, saved: frozenset[str]
    ) -> tuple[frozenset[str], dict[str, bool]]:
        """Return tools and options with this one more; `saved` are the tools of the choices."""
        options = {name: getattr(choices, name) for name in TOOL_OPTIONS}
        if self.name in TOOL_OPTIONS:
            return saved, {**options, self.name: self.is_on}
        return saved | {self.name} if self.is_on else saved - {self.name}, options


def differences(seen: frozenset[str], now: frozenset[str], catalogue: Catalogue) -> str:
    """Say which boxes are ticked otherwise now than a page showed them; "" for none."""
    changes = (
        (_titles(now - seen, catalogue), "switched on"),
        (_titles(seen - now, catalogue), "switched off"),
    )
    return " and ".join(f"{listed(titles)} {verb}" for titles, verb in changes if titles)


def boxes_of(choices: ToolChoices, saved: Iterable[str], catalogue: Catalogue) -> frozenset[str]:
    """Return what is ticked on the page: tools with those that they bring, and options."""
    return catalogue.with_brought(choices.ticked(frozenset(saved)))


def title_of(name: str, catalogue: Catalogue) -> str:
    tool = catalogue.tool(name)
    return tool.title if tool else TOOL_OPTIONS[name]


def _titles(names: frozenset[str], catalogue: Catalogue) -> list[str]:
    tools = [tool.name for tool in catalogue.tools if tool.name in names]
    options = [name for name in TOOL_OPTIONS if name in names]
    return [f"“{title_of(name, catalogue)}”" for name in [*tools, *options]]
