"""Webhooks of Hugging Face: each person may have one address, which proves itself by a secret.

Hugging Face sends the secret as it is, in a header (hub-docs, docs/hub/webhooks.md); only its
digest is stored. Functions are for a thread of the database.
"""

from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256
from secrets import token_urlsafe

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from accounts import audit
from accounts.audit import Action
from accounts.last_use import LastUse, write_uses
from accounts.models import HubWebhook, User

ADDRESS_BYTES = 16
SECRET_BYTES = 32


@dataclass(frozen=True)
class NewWebhook:
    row: HubWebhook
    secret: str
    """Which cannot be had again."""
    is_renewed: bool
    """Whether there was one before."""


def create_webhook(user: User) -> NewWebhook:
    """Give a person an address and a secret, in place of those that they had."""
    secret = token_urlsafe(SECRET_BYTES)
    with transaction.atomic():
        row, is_first = HubWebhook.objects.update_or_create(
            user=user,
            defaults={
                "address": token_urlsafe(ADDRESS_BYTES),
                "digest": _digest(secret),
                "created_at": timezone.now(),
                "last_used_at": None,
            },
        )
        audit.record(Action.WEBHOOK_CREATED, user)
    return NewWebhook(row, secret, is_renewed=not is_first)


def own_webhook(user: User) -> HubWebhook | None:
    return HubWebhook.objects.filter(user_id=user.pk).first()


def delete_webhook(user: User) -> bool:
    """Return whether there was one."""
    with transaction.atomic():
        was_there = HubWebhook.objects.filter(user_id=user.pk).delete()[0] > 0
        if was_there:
            audit.record(Action.WEBHOOK_DELETED, user)
    return was_there


def owner_of_webhook(address: str, secret: str) -> int | None:
    """Return whose webhook this is; None for an unknown address or another secret."""
    row = (
        HubWebhook.objects.filter(address=address, user__is_active=True)
        .values_list("user_id", "digest")
        .first()
    )
    if row is None or not constant_time_compare(row[1], _digest(secret)):
        return None
    return row[0]


def _write_uses(user_ids: Collection[int]) -> None:
    write_uses(HubWebhook.objects.filter(user_id__in=user_ids), last_used_at=timezone.now())


_uses = LastUse(_write_uses)


def note_use(user_id: int) -> None:
    """Store that it told of something, at most once a minute; the write happens behind."""
    _uses.note(user_id)


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
