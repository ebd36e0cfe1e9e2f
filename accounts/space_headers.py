"""Headers that people gave their Spaces: kept encrypted, and sent to that Space alone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import transaction

from accounts import audit
from accounts.audit import Action
from accounts.models import User
from accounts.preferences import announce
from accounts.space_models import SelectedSpace, SpaceHeader
from accounts.space_selection import audited, own_space

MAX_HEADERS = 20
"""Of one Space of one person."""


class TooManyHeaders(Exception):
    """The Space would have more than MAX_HEADERS."""


@dataclass(frozen=True)
class GivenHeader:
    value: str
    """Empty where no key opens it any more."""
    hub_id: str
    """The Hub's own id of the Space that it was given to."""


def header_values(user_id: int, space_id: str) -> dict[str, GivenHeader]:
    """Return what a person gave a Space that they have, by name."""
    rows = SpaceHeader.objects.filter(
        space__user_id=user_id, space__space_id=space_id, space__is_active=True
    )
    return {row.name: GivenHeader(row.value, row.hub_id) for row in rows}


def give_headers(
    user: User, space_id: str, values: Mapping[str, str], forgotten: Iterable[str], *, hub_id: str
) -> bool:
    """Keep these, by name, and forget others; False for a Space that is not theirs.

    Raises TooManyHeaders.
    """
    with transaction.atomic():
        space = own_space(user, space_id)
        if space is None:
            return False
        SpaceHeader.objects.filter(space=space, name__in=set(forgotten) - values.keys()).delete()
        for name, value in values.items():
            given = {"value": value, "hub_id": hub_id}
            SpaceHeader.objects.update_or_create(space=space, name=name, defaults=given)
        names = _note_names(space)
        if len(names) > MAX_HEADERS:
            raise TooManyHeaders
        audit.record(Action.SELECTION_CHANGED, user, detail={**audited(space), "headers": names})
    announce(user.pk)
    return True


def _note_names(space: SelectedSpace) -> list[str]:
    names = sorted(SpaceHeader.objects.filter(space=space).values_list("name", flat=True))
    space.header_names = names or None
    space.save(update_fields=["header_names"])
    return names
