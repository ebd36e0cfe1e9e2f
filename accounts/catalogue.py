"""What users can choose on the settings page, registered by the apps that offer it.

accounts knows nothing of MCP: mcpendpoint fills this registry at start-up, as admin.site is filled.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from accounts.consequences import Kind


class Effect(StrEnum):
    """What a tool may do on the user's behalf."""

    READ = "read"
    WRITE = "write"
    SPEND = "spend"


@dataclass(frozen=True)
class ToolChoice:
    name: str
    title: str
    purpose: str
    """One sentence for a person."""
    effects: frozenset[Effect]
    is_default: bool = True
    """Selected for somebody who never chose."""
    is_always_on: bool = False
    needs_sign_in: bool = False
    brings: tuple[str, ...] = ()
    """Tools without which it is of no use: who has it has them."""
    hub_scopes: tuple[str, ...] = ()
    """Scopes of Hugging Face that it needs beyond those of sign-in."""
    kinds: frozenset[Kind] = frozenset()
    """All that its calls may do of what people have a say in."""
    rents_hardware: bool = False
    """Runs on hardware that is paid by the hour."""
    is_classic: bool = False
    """Known from older servers, where another does its work here; shown to who looks for it."""

    @property
    def only_reads(self) -> bool:
        return self.effects == {Effect.READ}


@dataclass(frozen=True)
class Bouquet:
    """A preset: a named set of tools, one click on the settings page, `?bouquet=` in a URL."""

    name: str
    title: str
    purpose: str
    tools: tuple[str, ...]


class Catalogue:
    def __init__(self) -> None:
        self._tools: dict[str, ToolChoice] = {}
        self._bouquets: dict[str, Bouquet] = {}

    def register(self, tools: Iterable[ToolChoice], bouquets: Iterable[Bouquet]) -> None:
        """Add choices in the order in which they are shown.

        Raises ValueError for a name that is taken, or a bouquet with a tool nobody registered.
        """
        for tool in tools:
            if tool.name in self._tools:
                raise ValueError(f"Tool {tool.name} is registered twice.")
            self._tools[tool.name] = tool
        for bouquet in bouquets:
            if bouquet.name in self._bouquets:
                raise ValueError(f"Bouquet {bouquet.name} is registered twice.")
            if unknown := set(bouquet.tools) - self._tools.keys():
                raise ValueError(f"Bouquet {bouquet.name} names unknown tools: {sorted(unknown)}.")
            self._bouquets[bouquet.name] = bouquet

    @property
    def tools(self) -> tuple[ToolChoice, ...]:
        return tuple(self._tools.values())

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self._tools)

    def tool(self, name: str) -> ToolChoice | None:
        return self._tools.get(name)

    def with_brought(self, names: Iterable[str]) -> frozenset[str]:
        """Return the names, and those of the tools that come with them."""
        named = frozenset(names)
        return named.union(*(tool.brings for tool in self.tools if tool.name in named))

    @property
    def bouquets(self) -> tuple[Bouquet, ...]:
        return tuple(self._bouquets.values())

    def bouquet(self, name: str) -> Bouquet | None:
        return self._bouquets.get(name)

    @property
    def default_tools(self) -> frozenset[str]:
        return frozenset(tool.name for tool in self._tools.values() if tool.is_default)


catalogue = Catalogue()
