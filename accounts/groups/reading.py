"""What somebody is offered, as the database has it. Functions are for a thread of the database."""

from collections.abc import Iterable, Sequence

from django.db.models import Q

from accounts.catalogue import catalogue
from accounts.consequences import ApprovalChoices, read_choices
from accounts.groups.models import Group
from accounts.groups.offers import Limits, Offer, Rules, combine
from accounts.models import User
from accounts.operators.bindings import Words, bind_names, words_for
from accounts.operators.block_list import whom_to_ask
from accounts.operators.models import Membership
from accounts.operators.subjects import Organization
from accounts.preferences import load_preferences
from accounts.profile_models import Profile


def there_are_groups() -> bool:
    return Group.objects.exists()


def offer_to(user: User) -> Offer:
    """Return what a user is offered; one query where there are no groups."""
    return offer_to_id(user.pk, user.hf_id or "") if there_are_groups() else offer_of([])


def offer_to_id(user_id: int, hf_id: str, told: Iterable[Organization] = ()) -> Offer:
    """Return the same for a user whose organizations are stored; `told` are further ones."""
    stored = Membership.objects.filter(user_id=user_id).values_list("org_id", "name")
    organizations = {*(Organization(*row) for row in stored), *told}
    return offer_of(groups_meaning(words_for(hf_id, organizations)))


def offer_to_holder(user_id: int, hf_id: str, name: str, told: Sequence[Organization]) -> Offer:
    """Return the same for who holds a token of Hugging Face, and may never have signed in: names
    that an admin wrote down are bound here, as a sign-in binds them.
    """
    bind_names(hf_id, name, told)
    return offer_to_id(user_id, hf_id, told)


def groups_meaning(words: Words) -> list[Group]:
    """Return the groups that hold for whom these words mean, in order of their names."""
    either = Q(members__subject__in=words) | Q(is_for_others=True)
    found = list(Group.objects.filter(either).distinct().order_by("name"))
    return [group for group in found if not group.is_for_others] or found


def offer_of(groups: Sequence[Group]) -> Offer:
    return combine([rules_of(group) for group in groups], catalogue, whom_to_ask())


def rules_of(group: Group) -> Rules:
    return Rules(
        name=group.name,
        tools=None if group.tools is None else frozenset(group.tools),
        spaces=None if group.spaces is None else frozenset(group.spaces),
        default_tools=None if group.default_tools is None else frozenset(group.default_tools),
        default_spaces=None if group.default_spaces is None else tuple(group.default_spaces),
        limits=Limits(
            group.requests_per_minute,
            group.writes_per_minute,
            group.space_calls_per_minute,
            group.streams,
        ),
        least=read_choices((group.approve_delete, group.approve_publish, group.approve_spend)),
    )


def approvals_of(user: User) -> ApprovalChoices:
    """Return what holds before calls of this person: what they chose, in the laxest of their
    profiles, and no less than a group of theirs asks for.

    Which profile a call came by is decided where it is made.
    """
    chosen = load_preferences(user.pk).approvals
    columns = [f"approve_{kind}" for kind in chosen.as_words()]
    further = Profile.objects.filter(user_id=user.pk, is_default=False).values_list(*columns)
    for words in further:
        chosen = chosen.or_laxer(read_choices(words))
    return chosen.or_stricter(offer_to(user).least)
