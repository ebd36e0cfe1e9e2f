"""The tools of the settings page by what they may do, so that a phone shows what matters first."""

from collections.abc import Iterable
from dataclasses import dataclass

from accounts.catalogue import Effect, ToolChoice, catalogue
from accounts.readiness import Need
from accounts.settings.rules import Rule


@dataclass(frozen=True)
class ToolRow:
    tool: ToolChoice
    is_ticked: bool
    needs: tuple[Need, ...]
    """What it lacks besides the tick."""
    why_not: str = ""
    """Why it cannot be ticked, "" where it can."""
    is_found: bool = True
    """Has what was searched for. What has it not is hidden, and its tick is still sent."""
    rules: tuple[Rule, ...] = ()
    """What holds before it deletes, publishes or spends."""

    @property
    def words(self) -> str:
        """What a search looks through, here and in static/js/filter.js."""
        return words_of(self.tool)


@dataclass(frozen=True)
class ToolGroup:
    title: str
    rows: tuple[ToolRow, ...]
    hint: str = ""
    is_main: bool = False
    """Open whatever is ticked in it."""

    @property
    def ticked(self) -> int:
        return sum(row.is_ticked for row in self.rows)

    @property
    def found(self) -> int:
        return sum(row.is_found for row in self.rows)

    @property
    def is_open(self) -> bool:
        return self.is_main or self.ticked > 0


def words_of(tool: ToolChoice) -> str:
    return f"{tool.title} {tool.name} {tool.purpose} {' '.join(sorted(tool.effects))}".lower()


def is_found(tool: ToolChoice, query: str) -> bool:
    """Say whether the tool has every word of the query, or a part of a word."""
    words = words_of(tool)
    return all(word in words for word in query.lower().split())


def tool_groups(rows: Iterable[ToolRow]) -> list[ToolGroup]:
    """Return the groups that have a tool; whoever needs another comes with it."""
    rows = tuple(rows)
    spending = catalogue.with_brought(
        row.tool.name for row in rows if Effect.SPEND in row.tool.effects
    )
    classic = tuple(row for row in rows if row.tool.is_classic)
    others = [row for row in rows if not row.tool.is_classic]
    costly = tuple(row for row in others if row.tool.name in spending)
    reading = tuple(row for row in others if row.tool.only_reads and row not in costly)
    writing = tuple(row for row in others if row not in costly and row not in reading)
    groups = (
        ToolGroup("Find and read", reading, is_main=True),
        ToolGroup("Create and change", writing),
        ToolGroup("Run commands, which can cost money", costly),
        ToolGroup(
            "Tools of older servers",
            classic,
            "For prompts that name them. The tools above do the same and more, in less of your "
            "assistant's memory.",
        ),
    )
    return [group for group in groups if group.rows]
