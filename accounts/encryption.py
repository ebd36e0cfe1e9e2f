"""Text that is encrypted at rest with the keys of FIELD_ENCRYPTION_KEYS, and a field for it.

The first key encrypts, every key decrypts: to rotate, put a new key in front. A value that no key
opens raises InvalidToken: it is never returned as ciphertext.
"""

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.core.exceptions import FieldError
from django.db import models

if TYPE_CHECKING:
    # Django's fields are generic for type checkers only.
    TextField = models.TextField[str, str]
else:
    TextField = models.TextField


@lru_cache(maxsize=4)
def _box(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def _current_box() -> MultiFernet:
    return _box(tuple(settings.FIELD_ENCRYPTION_KEYS))


def encrypt(text: str) -> str:
    return _current_box().encrypt(text.encode()).decode()


def decrypt(text: str) -> str:
    return _current_box().decrypt(text.encode()).decode()


class EncryptedTextField(TextField):
    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return encrypt(value) if value else value

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        return decrypt(value) if value else value

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise FieldError(f"{self.name} is encrypted and cannot be searched.")
        return super().get_lookup(lookup_name)
