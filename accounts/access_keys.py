"""Keys for MCP clients that cannot sign in through a browser. Only digests are stored."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.audit import Action
from accounts.authorization.scopes import (
    DEFAULT_SCOPES,
    Scope,
    read_scopes,
    write_scopes,
)
from accounts.authorization.tokens import ACCESS_PREFIX, REFRESH_PREFIX
from accounts.compiled_query import CompiledQuery
from accounts.granting import scopes_still_held
from accounts.last_use import LastUse, write_uses
from accounts.models import AccessKey, User
from accounts.preferences import (
    Preferences,
    announce,
    preferences_of,
    with_preferences,
)
from accounts.profiles.changing import own_profile

PREFIX = "hfmcp_"
SECRET_BYTES = 32
HINT_LENGTH = len(PREFIX) + 4
MAX_KEYS = 50
MAX_NAME_LENGTH = 80


@dataclass(frozen=True)
class KeyOwner:
    key_id: int
    name: str
    """Which of this person's keys it is."""
    user_id: int
    username: str
    hf_id: str
    scopes: frozenset[Scope]
    """With those that they imply."""
    expires_at: datetime | None
    preferences: Preferences
    profile: str | None = None
    """The only one of its owner's that it opens; None for each."""

    @property
    def has_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= timezone.now()


class TooManyKeys(Exception):
    """The user has as many keys as they may."""


class NameTaken(Exception):
    """The user has a key of this name."""

    def __init__(self, key: AccessKey) -> None:
        super().__init__("There is a key of this name already.")
        self.key = key


def create_access_key(
    user: User,
    name: str,
    scopes: Collection[Scope] = DEFAULT_SCOPES,
    expires_at: datetime | None = None,
    profile_id: int | None = None,
) -> tuple[AccessKey, str]:
    """Return the new key's row and its text, which cannot be had again.

    It opens one profile alone, or each (None). Raises TooManyKeys, NameTaken and NoSuchProfile.
    """
    text = _new_text()
    with transaction.atomic():
        # The user's row is the lock that makes both hold when two tabs create a key at once.
        User.objects.select_for_update().get(pk=user.pk)
        keys = AccessKey.objects.filter(user_id=user.pk)
        if namesake := keys.filter(name=name).first():
            raise NameTaken(namesake)
        if keys.count() >= MAX_KEYS:
            raise TooManyKeys
        profile = None if profile_id is None else own_profile(user, profile_id)
        row = AccessKey.objects.create(
            user_id=user.pk,
            name=name,
            hint=text[:HINT_LENGTH],
            digest=_digest(text),
            scope=write_scopes(scopes),
            expires_at=expires_at,
            profile=profile,
        )
        detail = {"key": name, "scopes": row.scope}
        if profile:
            detail["profile"] = profile.name
        audit.record(Action.KEY_CREATED, user, detail=detail)
    return row, text


def free_key_name(user: User, wanted: str) -> str:
    """Return a name that none of this user's keys has: `wanted`, or that with a number."""
    taken = set(AccessKey.objects.filter(user_id=user.pk).values_list("name", flat=True))
    numbered = (f"{wanted[: MAX_NAME_LENGTH - 4]} {number}" for number in range(2, len(taken) + 3))
    return wanted if wanted not in taken else next(each for each in numbered if each not in taken)


def _new_text() -> str:
    text = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    # Those are told apart by how they begin.
    return _new_text() if text.startswith((ACCESS_PREFIX, REFRESH_PREFIX)) else text


_BY_DIGEST = CompiledQuery(
    lambda digest: with_preferences(
        AccessKey.objects.filter(digest=digest, user__is_active=True),
        "user__",
        *("pk", "name", "user_id", "user__username", "user__hf_id", "scope", "expires_at"),
        *("user__hub_credential__kind", "user__hub_credential__scope"),
        *("profile_id", "profile__name"),
    )
)


def find_access_key(key: str) -> KeyOwner | None:
    """Return the owner of a key, or None for an unknown, revoked or expired one."""
    if not key.startswith(PREFIX) or len(key) > 100:
        return None
    rows = _BY_DIGEST.rows(_digest(key))
    if not rows:
        return None
    key_id, name, user_id, username, hf_id, scope, expires_at = rows[0][:7]
    kind, hub_scope, profile_id, profile = rows[0][7:11]
    owner = KeyOwner(
        key_id=key_id,
        name=name,
        user_id=user_id,
        username=username,
        hf_id=hf_id or "",
        scopes=scopes_still_held(read_scopes(scope), kind, hub_scope),
        expires_at=expires_at,
        preferences=preferences_of(user_id, profile_id, rows, 11),
        profile=profile,
    )
    return None if owner.has_expired else owner


def own_access_key(user: User, text: str) -> AccessKey | None:
    """Return this user's own key of that text."""
    if not text.startswith(PREFIX) or len(text) > 100:
        return None
    return AccessKey.objects.filter(user_id=user.pk, digest=_digest(text)).first()


def change_key_scopes(user: User, key_id: int, scopes: Collection[Scope]) -> bool:
    """Let one of this user's own keys do more or less; return whether there was one."""
    with transaction.atomic():
        rows = AccessKey.objects.select_for_update()
        row = rows.filter(user_id=user.pk, pk=key_id).first()
        if row is None:
            return False
        row.scope, row.was_reduced = write_scopes(scopes), False
        row.save(update_fields=["scope", "was_reduced"])
        audit.record(Action.SCOPES_CHANGED, user, detail={"key": row.name, "scopes": row.scope})
    announce(user.pk)
    return True


def revoke_access_key(user: User, key_id: int) -> bool:
    """Delete one of this user's own keys; return whether there was one."""
    return _revoke(user, pk=key_id) > 0


def revoke_all_access_keys(user: User) -> None:
    _revoke(user)


def _revoke(user: User, **which: int) -> int:
    with transaction.atomic():
        rows = list(AccessKey.objects.select_for_update().filter(user_id=user.pk, **which))
        for row in rows:
            audit.record(Action.KEY_REVOKED, user, detail={"key": row.name})
            row.delete()
    if rows:
        announce(user.pk)
    return len(rows)


def _write_uses(key_ids: Collection[int]) -> None:
    write_uses(AccessKey.objects.filter(pk__in=key_ids), last_used_at=timezone.now())


_uses = LastUse(_write_uses)


def note_use(key_id: int) -> None:
    """Store when the key was last used, at most once a minute.

    On an event loop the write happens behind the request, which does not wait for it.
    """
    _uses.note(key_id)


def _digest(key: str) -> str:
    return sha256(key.encode()).hexdigest()
