"""Whom ADMIN_HF_USERS makes an admin: decided at each request by what it says of an id. Other roles
are in accounts.operators.roles, which is to be asked who somebody is.

An entry is a Hugging Face name, or an id (`id:…`, or 24 hex digits as the Hub's ids are). A name
stands for the id that first held it here, until an operator says otherwise by
`hfmcp people admin`: names on the Hub change hands.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.db import transaction

from accounts import audit
from accounts.audit import Action, Outcome
from accounts.models import AdminEntry, User

ID_PREFIX = "id:"
_HUB_ID = re.compile(r"[0-9a-f]{24}")


@dataclass(frozen=True)
class Entries:
    names: frozenset[str]
    ids: frozenset[str]

    def __contains__(self, entry: str) -> bool:
        return entry in self.names or entry.removeprefix(ID_PREFIX) in self.ids


@lru_cache(maxsize=4)
def _read(entries: tuple[str, ...]) -> Entries:
    names, ids = set(), set()
    for entry in map(str.lower, entries):
        if entry.startswith(ID_PREFIX):
            ids.add(entry.removeprefix(ID_PREFIX).strip())
        elif _HUB_ID.fullmatch(entry):
            ids.add(entry)
        else:
            names.add(entry)
    return Entries(frozenset(names), frozenset(ids))


def configured() -> Entries:
    return _read(tuple(settings.ADMIN_HF_USERS))


def admins_among(users: Iterable[User]) -> list[User]:
    """Return those of these users whom the setting makes admins at this moment; one query."""
    entries = configured()
    users = [user for user in users if user.hf_id]
    bound = set(
        AdminEntry.objects.filter(entry__in=entries.names).values_list("hf_id", flat=True)
        if entries.names and users
        else ()
    )
    return [
        user for user in users if (user.hf_id or "").lower() in entries.ids or user.hf_id in bound
    ]


def note_sign_in(user: User) -> None:
    """Bind an entry without an id to the user who has that name now."""
    entries, name, hf_id = configured(), user.username.lower(), user.hf_id or ""
    if name in entries.names:
        row, _ = AdminEntry.objects.get_or_create(entry=name, defaults={"hf_id": hf_id})
        if row.hf_id != hf_id:
            audit.record(
                Action.ADMIN_NAME_REFUSED,
                user,
                outcome=Outcome.DENIED,
                detail={"name": name, "bound_to": row.hf_id},
            )
    if hf_id.lower() in entries.ids:
        entry = f"{ID_PREFIX}{hf_id.lower()}"
        AdminEntry.objects.get_or_create(entry=entry, defaults={"hf_id": hf_id})
    note_changes()


def note_changes() -> None:
    """Log who became an admin, and who is not one any more."""
    entries = configured()
    for row in AdminEntry.objects.all():
        if row.is_in_force != (row.entry in entries):
            _note_change(row)


def _note_change(row: AdminEntry) -> None:
    with transaction.atomic():
        # Of several processes that see the same, one notes it.
        same = AdminEntry.objects.filter(pk=row.pk, is_in_force=row.is_in_force)
        if same.update(is_in_force=not row.is_in_force):
            _record(Action.ADMIN_LOST if row.is_in_force else Action.ADMIN_GAINED, row)


def bind(name: str, hf_id: str) -> None:
    """Bind a name in ADMIN_HF_USERS to this id, replacing an earlier binding."""
    with transaction.atomic():
        row = AdminEntry.objects.select_for_update().filter(entry=name.lower()).first()
        if row is not None and row.hf_id == hf_id:
            return
        if row is not None and row.is_in_force:
            _record(Action.ADMIN_LOST, row)
        row = row or AdminEntry(entry=name.lower())
        row.hf_id, row.is_in_force = hf_id, False
        row.save()
        _record(Action.ADMIN_NAME_BOUND, row)
    note_changes()


def bindings() -> Iterable[AdminEntry]:
    return AdminEntry.objects.order_by("entry")


def _record(action: Action, row: AdminEntry) -> None:
    user = User.objects.filter(hf_id=row.hf_id).first()
    audit.record(action, user, detail={"entry": row.entry, "id": row.hf_id})
