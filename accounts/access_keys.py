"""Keys for MCP clients that cannot sign in through a browser. Only digests are stored."""

import asyncio
import logging
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from channels.db import database_sync_to_async
from django.db.models import Q
from django.utils import timezone

from accounts.models import AccessKey, User
from accounts.preferences import announce

logger = logging.getLogger(__name__)

PREFIX = "hfmcp_"
SECRET_BYTES = 32
HINT_LENGTH = len(PREFIX) + 4
MAX_KEYS = 50
NOTE_EVERY_SECONDS = 60
MAX_NOTED = 10_000


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


class _Noted:
    """When this process last wrote each key's use, so that most uses cost no query."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._at: dict[int, float] = {}

    def is_due(self, key_id: int) -> bool:
        now = self._clock()
        if now - self._at.get(key_id, -NOTE_EVERY_SECONDS) < NOTE_EVERY_SECONDS:
            return False
        if len(self._at) >= MAX_NOTED:
            self._at.clear()
        self._at[key_id] = now
        return True


_noted = _Noted()


_writes: set[asyncio.Task[None]] = set()


def note_use(key_id: int) -> None:
    """Remember that the key was used just now, at most once a minute.

    On an event loop the write happens behind the request, which does not wait for it.
    """
    if not _noted.is_due(key_id):
        return
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        _write_use(key_id)
    else:
        write = loop.create_task(database_sync_to_async(_write_use)(key_id))
        _writes.add(write)
        write.add_done_callback(_forget_write)


def _forget_write(write: asyncio.Task[None]) -> None:
    _writes.discard(write)
    if not write.cancelled() and write.exception():
        logger.warning("The use of an access key could not be noted.")


def _write_use(key_id: int) -> None:
    now = timezone.now()
    # The other workers note the same key: the condition keeps it at one write a minute in all.
    stale = Q(last_used_at=None) | Q(last_used_at__lte=now - timedelta(seconds=NOTE_EVERY_SECONDS))
    AccessKey.objects.filter(stale, pk=key_id).update(last_used_at=now)


def _digest(key: str) -> str:
    return sha256(key.encode()).hexdigest()
