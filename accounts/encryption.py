"""Text that is encrypted at rest with the keys of FIELD_ENCRYPTION_KEYS, and a field for it.

The first key encrypts, every key decrypts: to rotate, put a new key in front, run
`hfmcp keys rotate`, and take the old one out. A value that no key opens is never returned as
ciphertext: `decrypt` raises InvalidToken, and the field gives Unreadable.
"""

import logging
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import FieldError
from django.db import models

if TYPE_CHECKING:
    # Django's fields are generic for type checkers only.
    TextField = models.TextField[str, str]
else:
    TextField = models.TextField

logger = logging.getLogger(__name__)


class Unreadable(str):
    """A value that no key decrypts: reads as empty, and is saved unchanged.

    The row can be loaded and saved all the same, and is whole again when the key is back.
    """

    __slots__ = ("ciphertext",)

    ciphertext: str

    def __new__(cls, ciphertext: str) -> "Unreadable":
        value = super().__new__(cls)
        value.ciphertext = ciphertext
        return value

    def __reduce__(self) -> tuple[type["Unreadable"], tuple[str]]:
        return Unreadable, (self.ciphertext,)


@lru_cache(maxsize=4)
def _box(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def _current_box() -> MultiFernet:
    return _box(tuple(settings.FIELD_ENCRYPTION_KEYS))


def encrypt(text: str) -> str:
    return _current_box().encrypt(text.encode()).decode()


def decrypt(text: str) -> str:
    return _current_box().decrypt(text.encode()).decode()


@lru_cache(maxsize=4)
def _warn_once(field: str, keys: tuple[str, ...]) -> None:
    logger.warning("%s cannot be read in some rows: no key of FIELD_ENCRYPTION_KEYS fits.", field)


class EncryptedTextField(TextField):
    def get_prep_value(self, value: Any) -> Any:
        if isinstance(value, Unreadable):
            return value.ciphertext
        value = super().get_prep_value(value)
        return encrypt(value) if value else value

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        if not value:
            return value
        try:
            return decrypt(value)
        except (InvalidToken, ValueError):
            _warn_once(str(self), tuple(settings.FIELD_ENCRYPTION_KEYS))
            return Unreadable(value)

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise FieldError(f"{self.name} is encrypted and cannot be searched.")
        return super().get_lookup(lookup_name)
