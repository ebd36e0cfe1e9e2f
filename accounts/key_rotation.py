"""Encrypts again, with the first of FIELD_ENCRYPTION_KEYS, whatever is stored encrypted."""

from collections.abc import Iterator
from dataclasses import dataclass

from cryptography.fernet import Fernet, InvalidToken
from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models.functions import Cast

from accounts.encryption import EncryptedTextField, Unreadable

ROWS_AT_ONCE = 500


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


def encrypted_fields() -> Iterator[EncryptedTextField]:
    for model in apps.get_models():
        for field in model._meta.get_fields():
            if isinstance(field, EncryptedTextField):
                yield field


def _rotate(field: EncryptedTextField, newest: Fernet, result: Rotation) -> None:
    rows = field.model._base_manager.annotate(stored=Cast(field.name, models.TextField()))
    last: object = None
    while True:
        after = rows if last is None else rows.filter(pk__gt=last)
        batch = list(after.order_by("pk").values_list("pk", "stored", field.name)[:ROWS_AT_ONCE])
        for pk, stored, value in batch:
            if not stored:
                continue
            if isinstance(value, Unreadable):
                result.unreadable += 1
            elif _opens(newest, stored):
                result.current += 1
            else:
                # Only if nobody has stored something newer meanwhile, which needs no rotation.
                rows.filter(pk=pk, stored=stored).update(**{field.name: value})
                result.rotated += 1
        if not batch:
            return
        last = batch[-1][0]


def _opens(key: Fernet, stored: str) -> bool:
    try:
        key.decrypt(stored.encode())
    except InvalidToken:
        return False
    return True
