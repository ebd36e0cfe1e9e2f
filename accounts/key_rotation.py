"""Encrypts again, with the first of FIELD_ENCRYPTION_KEYS, whatever is stored encrypted."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models.functions import Cast

from accounts.encryption import EncryptedTextField, Unreadable

ROWS_AT_ONCE = 500
SURVEYED_ROWS = 1_000
"""Of each field, the oldest and the newest: enough to tell that a key is missing."""


class State(StrEnum):
    """Of a stored value: which key opens it."""

    CURRENT = "current"
    OLDER = "rotated"
    UNREADABLE = "unreadable"


@dataclass
class Rotation:
    rotated: int = 0
    current: int = 0
    """Values that the first key encrypted already."""
    unreadable: int = 0
    """Values that no key opens."""


def rotate_keys() -> Rotation:
    """Encrypt every readable value with the first key."""
    result = Rotation()
    newest = Fernet(settings.FIELD_ENCRYPTION_KEYS[0])
    for field in encrypted_fields():
        _rotate(field, newest, result)
    return result


def survey() -> Rotation:
    """Return what `rotate_keys` would do to some of what is stored, and change nothing."""
    result = Rotation()
    newest = Fernet(settings.FIELD_ENCRYPTION_KEYS[0])
    for field in encrypted_fields():
        rows = _with_stored(field).values_list("pk", "stored", field.name)
        some = [*rows.order_by("pk")[:SURVEYED_ROWS], *rows.order_by("-pk")[:SURVEYED_ROWS]]
        for stored, value in {pk: (stored, value) for pk, stored, value in some if stored}.values():
            _count(result, _state(newest, stored, value))
    return result


def encrypted_fields() -> Iterator[EncryptedTextField]:
    for model in apps.get_models():
        for field in model._meta.get_fields():
            if isinstance(field, EncryptedTextField):
                yield field


def _rotate(field: EncryptedTextField, newest: Fernet, result: Rotation) -> None:
    rows = _with_stored(field)
    last: object = None
    while True:
        after = rows if last is None else rows.filter(pk__gt=last)
        batch = list(after.order_by("pk").values_list("pk", "stored", field.name)[:ROWS_AT_ONCE])
        for pk, stored, value in batch:
            if not stored:
                continue
            state = _state(newest, stored, value)
            if state is State.OLDER:
                # Only if nobody has stored something newer meanwhile, which needs no rotation.
                rows.filter(pk=pk, stored=stored).update(**{field.name: value})
            _count(result, state)
        if not batch:
            return
        last = batch[-1][0]


def _with_stored(field: EncryptedTextField) -> models.QuerySet[Any]:
    """Return the rows of the field's model, with what is stored as it is."""
    return field.model._base_manager.annotate(stored=Cast(field.name, models.TextField()))


def _state(newest: Fernet, stored: str, value: str) -> State:
    if isinstance(value, Unreadable):
        return State.UNREADABLE
    return State.CURRENT if _opens(newest, stored) else State.OLDER


def _count(result: Rotation, state: State) -> None:
    setattr(result, state, getattr(result, state) + 1)


def _opens(key: Fernet, stored: str) -> bool:
    try:
        key.decrypt(stored.encode())
    except InvalidToken:
        return False
    return True
