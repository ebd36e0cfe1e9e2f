"""Finds people by a part of their name, however many there are."""

from collections.abc import Iterable
from dataclasses import dataclass

from accounts.models import User
from accounts.operators.models import NamePart

MAX_PART = 24
"""Characters of each part that are stored; what is looked for beyond is compared with the name."""


def parts_of(name: str) -> set[bytes]:
    """Return the beginnings of all ends of a name."""
    text = name.lower().encode()
    return {text[start : start + MAX_PART] for start in range(len(text))}


def store_parts(user: User) -> None:
    """Store those of the name that a user has now, in place of any others."""
    wanted = parts_of(user.username)
    rows = NamePart.objects.filter(user_id=user.pk)
    stored = {bytes(part): key for key, part in rows.values_list("pk", "part")}
    if stored.keys() == wanted:
        return
    rows.filter(pk__in=[key for part, key in stored.items() if part not in wanted]).delete()
    NamePart.objects.bulk_create(
        NamePart(user_id=user.pk, part=part) for part in sorted(wanted - stored.keys())
    )


@dataclass(frozen=True)
class Found:
    people: list[User]
    next: tuple[bytes, int] | None
    """Where to go on; None at the end."""


def find_people(text: str, after: tuple[bytes, int] | None, count: int) -> Found:
    """Return users whose name has this text in it, ordered by what their name has from there on.

    `after` is the place to go on from; `Found.next` is one.
    """
    wanted = text.lower().encode()
    people: list[User] = []
    while True:
        rows = list(_rows(wanted[:MAX_PART], after, count))
        for row in rows:
            after = (bytes(row.part), row.user_id)
            if bytes(row.part) == _first_match(row.user.username, wanted):
                people.append(row.user)
                if len(people) == count:
                    return Found(people, after)
        if len(rows) < count:
            return Found(people, None)


def _rows(prefix: bytes, after: tuple[bytes, int] | None, count: int) -> Iterable[NamePart]:
    rows = NamePart.objects.select_related("user").order_by("part", "user_id")
    rows = rows.filter(part__lt=prefix + b"\xff")
    if after is None:
        return rows.filter(part__gte=prefix)[:count]
    part, user_id = after
    # In two, since each begins at its place in the index: many names end in the same letter.
    same = list(rows.filter(part=part, user_id__gt=user_id)[:count])
    return [*same, *rows.filter(part__gt=part)[: count - len(same)]]


def _first_match(name: str, wanted: bytes) -> bytes | None:
    """Return the part by which a person is shown, as a name may have the text more than once."""
    text = name.lower().encode()
    starts = [start for start in range(len(text)) if text.startswith(wanted, start)]
    return min((text[start : start + MAX_PART] for start in starts), default=None)
