"""What the pages of groups show. A bounded number of queries for each page."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from accounts.catalogue import ToolChoice, catalogue
from accounts.consequences import Choice
from accounts.groups.models import Group, GroupMember
from accounts.groups.offers import Offer
from accounts.groups.reading import groups_meaning, offer_of
from accounts.models import User
from accounts.operators.bindings import people_bound_to, words_of_users
from accounts.operators.models import Membership, NameBinding
from accounts.operators.subjects import OF_ORGANIZATION, is_name
from accounts.operators.waiting_words import waits_for
from accounts.preferences import load_preferences
from accounts.space_selection import default_spaces

_KINDS = {"delete": "deleting and overwriting", "publish": "publishing", "spend": "spending"}
_LEAST = {Choice.ASK: "asked at least", Choice.NEVER: "never"}
_LIMITS = {
    "requests_per_minute": "requests a minute",
    "writes_per_minute": "calls a minute of tools that change something",
    "space_calls_per_minute": "calls a minute of Spaces and of what costs",
    "streams": "open streams",
}


@dataclass(frozen=True)
class GroupRow:
    group: Group
    members: int
    people: int
    """Who has an account here and is concerned."""


@dataclass(frozen=True)
class MemberRow:
    word: str
    person: User | None
    waits: str
    """For what, before it means anybody here."""


@dataclass(frozen=True)
class Preview:
    """What one person has."""

    offer: Offer
    tools: Sequence[ToolChoice]
    withheld: Sequence[ToolChoice]
    """Chosen, or chosen for them, and not offered."""
    spaces: Sequence[str]
    """What admins may read of them: see `_for_admins`."""
    withheld_spaces: Sequence[str]

    @property
    def limits(self) -> list[str]:
        return limits_in_words(self.offer.limits)

    @property
    def approvals(self) -> list[str]:
        return approvals_in_words(self.offer.least.as_words())


def group_rows() -> list[GroupRow]:
    groups = list(Group.objects.order_by("name"))
    people = people_concerned()
    members: dict[int, int] = defaultdict(int)
    for group_id in GroupMember.objects.values_list("group_id", flat=True):
        members[group_id] += 1
    return [GroupRow(group, members[group.pk], len(people[group.pk])) for group in groups]


def people_concerned() -> dict[int, set[int]]:
    """Return the keys of those who have an account here and whom each group concerns."""
    words: dict[int, list[str]] = defaultdict(list)
    for group_id, word in GroupMember.objects.values_list("group_id", "subject"):
        words[group_id].append(word)
    meant = _meant({word for some in words.values() for word in some})
    concerned: dict[int, set[int]] = defaultdict(set)
    for group_id, some in words.items():
        concerned[group_id] = set().union(*(meant[word] for word in some))
    for group in Group.objects.filter(is_for_others=True):
        everybody = User.objects.filter(hf_id__isnull=False).values_list("pk", flat=True)
        concerned[group.pk] = set(everybody).difference(*list(concerned.values()))
    return concerned


def _meant(words: Iterable[str]) -> dict[str, set[int]]:
    """Return whom each word means, of those who have an account here."""
    words = list(words)
    found: dict[str, set[int]] = defaultdict(set)
    for word, user in people_bound_to(words).items():
        found[word].add(user.pk)
    of_organizations = [word for word in words if word.startswith(OF_ORGANIZATION)]
    ids = {
        word: word.removeprefix(OF_ORGANIZATION) for word in of_organizations if not is_name(word)
    }
    bound = NameBinding.objects.filter(word__in=of_organizations).values_list("word", "hf_id")
    ids |= {word: org_id.lower() for word, org_id in bound}
    members: dict[str, set[int]] = defaultdict(set)
    stored = Membership.objects.filter(org_id__in=ids.values()).values_list("org_id", "user_id")
    for org_id, user_id in stored:
        members[org_id.lower()].add(user_id)
    for word, org_id in ids.items():
        found[word] |= members[org_id]
    return found


def member_rows(words: Sequence[str]) -> list[MemberRow]:
    people, waits = people_bound_to(words), waits_for(words)
    return [MemberRow(word, people.get(word), waits.get(word, "")) for word in words]


def groups_of(user: User) -> list[Group]:
    words = words_of_users({user.pk: user.hf_id or ""})[user.pk]
    return groups_meaning(words)


def preview_of(user: User) -> Preview:
    offer, saved = offer_of(groups_of(user)), load_preferences(user.pk)
    wanted = offer.chosen_tools(saved.tools, catalogue)
    private = {space.space_id for space in saved.spaces if space.is_private}
    own = [space.space_id for space in saved.spaces]
    spaces = own if saved.has_chosen_spaces else default_spaces(offer)
    return Preview(
        offer=offer,
        tools=[tool for tool in wanted if offer.has_tool(tool.name)],
        withheld=[tool for tool in wanted if not offer.has_tool(tool.name)],
        spaces=_for_admins((each for each in spaces if not offer.why_no_space(each)), private),
        withheld_spaces=_for_admins((each for each in spaces if offer.why_no_space(each)), private),
    )


def _for_admins(space_ids: Iterable[str], private: Collection[str]) -> list[str]:
    """Name Spaces, but those that are private, as in the audit log."""
    return ["a private Space" if each in private else each for each in space_ids]


def left_out_at_first(offer: Offer) -> list[str]:
    """Return the tools and Spaces that members would begin with, were they offered to them."""
    tools = offer.chosen_tools(None, catalogue)
    return [
        *(tool.title for tool in tools if not offer.has_tool(tool.name)),
        *(each for each in default_spaces(offer) if offer.why_no_space(each)),
    ]


def limits_in_words(limits: object) -> list[str]:
    """Return the limits of a group or an offer, for admins to read."""
    named = ((getattr(limits, name), what) for name, what in _LIMITS.items())
    return [f"{value} {what}" for value, what in named if value is not None]


def approvals_in_words(least: dict[str, str]) -> list[str]:
    return [
        f"{_KINDS[kind]}: {_LEAST[Choice(choice)]}"
        for kind, choice in least.items()
        if choice in _LEAST
    ]
