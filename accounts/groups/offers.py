"""What somebody's groups let them choose from, and hold them to. Pure: no I/O.

Groups add up: of several, each offers its part, and the most generous limit and the laxest approval
rule hold. A group by itself takes away; so whoever is to have less is in that one only.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import TypeVar

from accounts.catalogue import Catalogue, ToolChoice
from accounts.consequences import JUST_DO_IT, ApprovalChoices

T = TypeVar("T")


@dataclass(frozen=True)
class SpacesOffered:
    """Some Spaces, by patterns in lower case: owner/name or owner/*."""

    patterns: frozenset[str]
    why_not: str
    """Said of all others."""

    @property
    def ids(self) -> list[str]:
        """Those that are named one by one."""
        return sorted(each for each in self.patterns if not each.endswith("/*"))

    @property
    def owners(self) -> list[str]:
        """Whose Spaces are offered, whatever they are called."""
        return sorted(each.removesuffix("/*") for each in self.patterns if each.endswith("/*"))

    def has(self, space_id: str) -> bool:
        name = space_id.lower()
        return not self.patterns.isdisjoint((name, f"{name.partition('/')[0]}/*"))


@dataclass(frozen=True)
class Limits:
    """A person's own, in place of the server's; None for those."""

    requests_per_minute: int | None = None
    writes_per_minute: int | None = None
    space_calls_per_minute: int | None = None
    streams: int | None = None


NO_LIMITS = Limits()


@dataclass(frozen=True)
class Rules:
    """Those of one group, as accounts.groups.models.Group has them."""

    name: str
    tools: frozenset[str] | None = None
    spaces: frozenset[str] | None = None
    default_tools: frozenset[str] | None = None
    default_spaces: tuple[str, ...] | None = None
    limits: Limits = NO_LIMITS
    least: ApprovalChoices = JUST_DO_IT


@dataclass(frozen=True)
class Offer:
    """What holds for one person."""

    groups: tuple[str, ...] = ()
    why_not: str = ""
    """Said of what is not offered: whose rule it is, and whom to ask."""
    tools: frozenset[str] | None = None
    """With those that they bring, and those that everybody has; None for all."""
    spaces: SpacesOffered | None = None
    default_tools: frozenset[str] | None = None
    default_spaces: tuple[str, ...] | None = None
    """None for what the deployment says, as for default_tools."""
    limits: Limits = NO_LIMITS
    least: ApprovalChoices = JUST_DO_IT

    def has_tool(self, name: str) -> bool:
        return self.tools is None or name in self.tools

    def ticked_at_first(self, catalogue: Catalogue) -> frozenset[str]:
        """Return the tools of who never chose; some may not be offered."""
        return catalogue.default_tools if self.default_tools is None else self.default_tools

    def chosen_tools(self, saved: frozenset[str] | None, catalogue: Catalogue) -> list[ToolChoice]:
        """Return what somebody saved, or begins with; some may not be offered."""
        ticked = self.ticked_at_first(catalogue) if saved is None else saved
        chosen = catalogue.with_brought(ticked)
        return [tool for tool in catalogue.tools if tool.is_always_on or tool.name in chosen]

    def why_no_space(self, space_id: str) -> str:
        """Return why somebody may not choose a Space; "" for one that is offered."""
        is_offered = self.spaces is None or self.spaces.has(space_id)
        return "" if is_offered else self.why_not


EVERYTHING = Offer()
"""Of who is in no group."""


def combine(groups: Sequence[Rules], catalogue: Catalogue, whom_to_ask: str) -> Offer:
    """Return what all of these groups offer together."""
    if not groups:
        return EVERYTHING
    names = tuple(group.name for group in groups)
    why_not = f"Not offered to your {named(names)}. {whom_to_ask}"
    tools = _union(group.tools for group in groups)
    spaces = _union(group.spaces for group in groups)
    told = [group.default_spaces for group in groups if group.default_spaces is not None]
    return Offer(
        groups=names,
        why_not=why_not,
        tools=None if tools is None else catalogue.with_brought(tools) | _always_on(catalogue),
        spaces=None if spaces is None else SpacesOffered(spaces, why_not),
        default_tools=_union_of_some(group.default_tools for group in groups),
        default_spaces=tuple(dict.fromkeys(each for ids in told for each in ids)) if told else None,
        limits=_most_generous([group.limits for group in groups]),
        least=reduce(ApprovalChoices.or_laxer, (group.least for group in groups)),
    )


def _always_on(catalogue: Catalogue) -> frozenset[str]:
    return frozenset(tool.name for tool in catalogue.tools if tool.is_always_on)


def named(names: Sequence[str]) -> str:
    """Return groups by their names, for a sentence."""
    quoted = [f"“{name}”" for name in names]
    return f"group {quoted[0]}" if len(quoted) == 1 else f"groups {', '.join(quoted)}"


def _union(parts: Iterable[frozenset[T] | None]) -> frozenset[T] | None:
    """None, which is all, wins."""
    union: frozenset[T] = frozenset()
    for part in parts:
        if part is None:
            return None
        union |= part
    return union


def _union_of_some(parts: Iterable[frozenset[T] | None]) -> frozenset[T] | None:
    """None says nothing."""
    told = [part for part in parts if part is not None]
    return frozenset().union(*told) if told else None


def _most_generous(limits: Sequence[Limits]) -> Limits:
    """A group that says nothing of a limit leaves the others' word."""

    def most(values: Iterable[int | None]) -> int | None:
        return max((value for value in values if value is not None), default=None)

    return Limits(
        most(each.requests_per_minute for each in limits),
        most(each.writes_per_minute for each in limits),
        most(each.space_calls_per_minute for each in limits),
        most(each.streams for each in limits),
    )
