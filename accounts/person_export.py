"""All that is stored of one person, for that person: as JSON, written while it is read.

What cannot be read back is left out: secrets, whether encrypted or digests of them, and what is in
files, which their owner downloads on the page Files.
"""

from collections.abc import Callable, Iterator
from typing import Any

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from accounts.encryption import EncryptedTextField
from accounts.models import User
from accounts.operators.models import NamePart

ROWS_AT_ONCE = 500

DERIVED = (NamePart,)
"""What says nothing that is not in another row."""

SECRET_FIELDS = frozenset(
    {
        *("password", "digest", "fingerprint", "pieces", "token", "token_checksum", "code"),
        *("code_digest", "code_challenge", "nonce", "client_secret", "device_code", "user_code"),
        *("jti", "call", "claims", "source_refresh_token", "token_family"),
    }
)

Write = Callable[[str], object]


def write_everything_of(user: User, write: Write) -> None:
    """Write one JSON object: the person, and by model what belongs to them."""
    encode = DjangoJSONEncoder(ensure_ascii=False).encode
    write(f'{{"person": {encode(_row(dict(User.objects.filter(pk=user.pk).values().get()), User))}')
    for model, key in _models_of_people():
        write(f',\n"{model._meta.label_lower}": [')
        rows = model._base_manager.filter(**{key: user.pk}).order_by("pk").values()
        for index, row in enumerate(rows.iterator(chunk_size=ROWS_AT_ONCE)):
            write(("" if index == 0 else ",") + "\n  " + encode(_row(row, model)))
        write("]")
    write("}\n")


def _models_of_people() -> Iterator[tuple[type[models.Model], str]]:
    """Return each model whose rows belong to people, and the column that says to whom."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if model in DERIVED:
                continue
            if field.is_relation and field.related_model is User:
                yield model, field.attname


def _row(values: dict[str, Any], model: type[models.Model]) -> dict[str, Any]:
    hidden = {
        field.attname
        for field in model._meta.concrete_fields
        if isinstance(field, EncryptedTextField) or field.name in SECRET_FIELDS
    }
    return {name: value for name, value in values.items() if name not in hidden}
