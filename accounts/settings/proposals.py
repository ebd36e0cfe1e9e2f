"""Tools that are shown ticked and not saved yet: those of a preset, or from before a change."""

from dataclasses import dataclass, replace

from accounts.audit import Action
from accounts.catalogue import Bouquet, ToolChoice, catalogue
from accounts.groups.offers import Offer
from accounts.models import AuditEvent, User
from accounts.tool_choices import (
    SWITCHED_OFF,
    SWITCHED_ON,
    TOOL_OPTIONS,
    ToolChoices,
    switches_tools,
)


@dataclass(frozen=True)
class Proposal:
    title: str
    query: tuple[str, str]
    """The parameter of the page's URL that shows it, and its value."""
    tools: frozenset[str]
    """All that it would have ticked."""
    about: frozenset[str]
    """Those that it is about, whatever its person has besides."""
    options: dict[str, bool]
    """What it would have otherwise besides the tools."""
    preset: str = ""
    is_added: bool = False
    """To the tools that its person has, in whose place it comes otherwise."""

    def applied(self, choices: ToolChoices) -> ToolChoices:
        return replace(choices, tools=self.tools, **self.options)


@dataclass(frozen=True)
class Preview:
    """What would change, if a proposal were saved."""

    title: str
    query: tuple[str, str]
    is_added: bool
    added: tuple[ToolChoice, ...]
    removed: tuple[ToolChoice, ...]
    options: tuple[str, ...]
    """Titles of what else would be switched."""
    risky: tuple[ToolChoice, ...]
    """Those among the added ones that change something or cost something."""
    left_out: tuple[ToolChoice, ...]
    """Those that are not offered to this person."""

    @property
    def is_of_preset(self) -> bool:
        return self.query[0] != "undo"


def of_preset(preset: Bouquet, saved: frozenset[str], *, adds: bool) -> Proposal:
    tools = frozenset(preset.tools)
    wanted = tools | saved if adds else tools
    query = ("added_preset" if adds else "preset", preset.name)
    return Proposal(preset.title, query, wanted, tools, {}, preset.name, is_added=adds)


def undoable_event(user: User, number: str) -> AuditEvent | None:
    """Return a change of the tools of theirs that tells what it switched."""
    if not number.isdecimal() or len(number) > 18:
        return None
    event = user.audit_events.filter(pk=int(number), action=Action.SELECTION_CHANGED).first()
    return event if event and switches_tools(event.detail) else None


def of_undoing(event: AuditEvent, saved: frozenset[str]) -> Proposal:
    """Switch back what a change switched, and leave everything else as it is by now."""
    on = frozenset(event.detail.get(SWITCHED_ON, ()))
    off = frozenset(event.detail.get(SWITCHED_OFF, ()))
    back = off & catalogue.names
    options = {name: name in off for name in TOOL_OPTIONS if name in on | off}
    title = f"Undo of {event.at.day} {event.at:%B, %H:%M} UTC"
    return Proposal(title, ("undo", str(event.pk)), (saved - on) | back, back, options)


def preview(
    proposal: Proposal, saved: frozenset[str], choices: ToolChoices, offer: Offer
) -> Preview:
    wanted, had = catalogue.with_brought(proposal.tools), catalogue.with_brought(saved)
    offered = [tool for tool in catalogue.tools if offer.has_tool(tool.name)]
    changed = [tool for tool in offered if not tool.is_always_on]
    added = tuple(tool for tool in changed if tool.name in wanted - had)
    about = catalogue.with_brought(proposal.about)
    options = (name for name, on in proposal.options.items() if getattr(choices, name) != on)
    return Preview(
        title=proposal.title,
        query=proposal.query,
        is_added=proposal.is_added,
        added=added,
        removed=tuple(tool for tool in changed if tool.name in had - wanted),
        options=tuple(TOOL_OPTIONS[name] for name in options),
        risky=tuple(tool for tool in added if not tool.only_reads),
        left_out=tuple(
            tool for tool in catalogue.tools if tool.name in about and tool not in offered
        ),
    )
