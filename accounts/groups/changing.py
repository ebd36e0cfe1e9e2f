"""Makes and changes groups. Every process hears of it within a second: accounts.news."""

from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction

from accounts import audit
from accounts.audit import Action
from accounts.groups.models import Group, GroupMember
from accounts.models import User
from accounts.operators.bindings import bind_holder, forget_binding
from accounts.preferences import preferences_changed

MAX_GROUPS = 100
MAX_MEMBERS = 5_000
"""Of all groups together: some pages read all of them."""


class NotChanged(Exception):
    """Why nothing was done, for whoever wanted it; `field` is the one of the form, or none."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


def make(group: Group, admin: User) -> Group:
    """Store a new group. Raises NotChanged."""
    group.made_by = admin
    with transaction.atomic():
        if Group.objects.count() >= MAX_GROUPS:
            raise NotChanged("There are as many groups as there can be.")
        _save(group)
        audit.record(Action.GROUP_MADE, admin, detail={"group": group.name})
        _announce()
    return group


def change(group: Group, admin: User) -> None:
    """Store what was changed of a group. Raises NotChanged."""
    with transaction.atomic():
        before = Group.objects.select_for_update().filter(pk=group.pk).first()
        if before is None:
            raise NotChanged("This group was deleted meanwhile.")
        if group.is_for_others and group.members.exists():
            raise NotChanged("Remove its members first.", "is_for_others")
        changed = [name for name, value in _facts(group).items() if _facts(before)[name] != value]
        if not changed:
            return
        _save(group)
        detail = {"group": group.name, "changed": changed}
        if before.name != group.name:
            detail["before"] = before.name
        audit.record(Action.GROUP_CHANGED, admin, detail=detail)
        _announce()


def _facts(group: Group) -> dict[str, Any]:
    columns = (field.attname for field in Group._meta.concrete_fields)
    return {name: getattr(group, name) for name in columns if name not in ("id", "made_at")}


def _save(group: Group) -> None:
    others = Group.objects.exclude(pk=group.pk)
    if others.filter(name__iexact=group.name).exists():
        raise NotChanged("There is a group of this name already.", "name")
    if group.is_for_others and others.filter(is_for_others=True).exists():
        raise NotChanged("Another group is for everybody else already.", "is_for_others")
    try:
        with transaction.atomic():
            group.save()
    except IntegrityError as error:  # somebody else's at the same moment
        raise NotChanged("Somebody has just made such a group.", "name") from error


def delete(group: Group, admin: User) -> None:
    with transaction.atomic():
        words = list(group.members.values_list("subject", flat=True))
        audit.record(Action.GROUP_DELETED, admin, detail={"group": group.name})
        group.delete()
        for word in words:
            forget_binding(word)
        _announce()


def add_members(group: Group, words: Iterable[str], admin: User) -> list[str]:
    """Add whom these words mean; return those that are new. Raises NotChanged.

    A name stands from now on for the person here who has it.
    """
    with transaction.atomic():
        group = Group.objects.select_for_update().get(pk=group.pk)
        if group.is_for_others:
            raise NotChanged("This group is for everybody who is in no other.", "who")
        known = set(group.members.values_list("subject", flat=True))
        new = [word for word in dict.fromkeys(words) if word not in known]
        if GroupMember.objects.count() + len(new) > MAX_MEMBERS:
            raise NotChanged(f"Groups can have {MAX_MEMBERS:,} members in all.", "who")
        for word in new:
            bind_holder(word)
            GroupMember.objects.create(group=group, subject=word)
            _note(Action.GROUP_MEMBER_ADDED, group, word, admin)
        _announce()
    return new


def remove_member(group: Group, word: str, admin: User) -> bool:
    """Return whether they were in it."""
    with transaction.atomic():
        removed, _ = group.members.filter(subject=word).delete()
        if removed:
            forget_binding(word)
            _note(Action.GROUP_MEMBER_REMOVED, group, word, admin)
            _announce()
    return bool(removed)


def _note(action: Action, group: Group, word: str, admin: User) -> None:
    audit.record(action, admin, detail={"group": group.name, "who": word})


def _announce() -> None:
    transaction.on_commit(lambda: preferences_changed.send(Group, user_id=None), robust=True)
