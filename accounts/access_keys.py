"""Keys for MCP clients that cannot sign in through a browser. Only digests are stored."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from django.db.models import Q
from django.utils import timezone

from accounts.last_use import NOTE_EVERY_SECONDS, LastUse
from accounts.models import AccessKey, User
from accounts.preferences import announce

PREFIX = "hfmcp_"
SECRET_BYTES = 32
HINT_LENGTH = len(PREFIX) + 4
MAX_KEYS = 50


@dataclass(frozen=True)
class KeyOwner:
    key_id: int
    user_id: int
    username: str
    hf_id: str


class TooManyKeys(Exception):
    """The user has as many keys as they may."""


def create_access_key(user: User, name: str) -> tuple[AccessKey, str]:
    """Return the new key's row and its text, which cannot be had again. Raises TooManyKeys."""
    if AccessKey.objects.filter(user_id=user.pk).count() >= MAX_KEYS:
        raise TooManyKeys
    text = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    row = AccessKey.objects.create(
        user_id=user.pk, name=name, hint=text[:HINT_LENGTH], digest=_digest(text)
    )
    return row, text


def find_access_key(key: str) -> KeyOwner | None:
    """Return whose key this is, or None for one that is unknown, revoked or of a disabled user."""
    if not key.startswith(PREFIX) or len(key) > 100:
        return None
    row = (
        AccessKey.objects.select_related("user")
        .filter(digest=_digest(key), user__is_active=True)
        .first()
    )
    if row is None:
        return None
    return KeyOwner(row.pk, row.user_id, row.user.username, row.user.hf_id or "")


def revoke_access_key(user: User, key_id: int) -> bool:
    """Delete one of this user's own keys; return whether there was one."""
    deleted, _ = AccessKey.objects.filter(user_id=user.pk, pk=key_id).delete()
    if deleted:
        announce(user.pk)
    return bool(deleted)


def revoke_all_access_keys(user: User) -> None:
    user_id = user.pk
    AccessKey.objects.filter(user_id=user_id).delete()
    announce(user_id)


def _write_use(key_id: int) -> None:
    now = timezone.now()
    # The other workers note the same key: the condition keeps it at one write a minute in all.
    stale = Q(last_used_at=None) | Q(last_used_at__lte=now - timedelta(seconds=NOTE_EVERY_SECONDS))
    AccessKey.objects.filter(stale, pk=key_id).update(last_used_at=now)


_uses = LastUse(_write_use)


def note_use(key_id: int) -> None:
    """Remember that the key was used just now, at most once a minute.

    On an event loop the write happens behind the request, which does not wait for it.
    """
    _uses.note(key_id)


def _digest(key: str) -> str:
    return sha256(key.encode()).hexdigest()
