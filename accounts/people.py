"""Lets people in and forgets them. The Hugging Face id is who they are, however they signed in."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction

from accounts import audit
from accounts.audit import Action
from accounts.models import HubCredential, User
from accounts.preferences import announce

MAX_AVATAR_URL = 500


@dataclass(frozen=True)
class Person:
    """Somebody whom Hugging Face vouched for just now."""

    hf_id: str
    name: str
    avatar_url: str = ""


@dataclass(frozen=True)
class HubTokenSet:
    """The Hugging Face credential that a person brought along."""

    kind: HubCredential.Kind
    access_token: str
    refresh_token: str = ""
    scope: str = ""
    expires_at: datetime | None = None

    def __repr__(self) -> str:
        return f"Grant({self.kind})"


class AccountDisabled(Exception):
    """An administrator of this server has switched this account off."""

    def __init__(self, user: User) -> None:
        super().__init__()
        self.user = user


@transaction.atomic
def upsert_user(person: Person, grant: HubTokenSet | None) -> User:
    """Create or update the user and store their credential; the caller starts the session.

    Without a grant the stored one stays. Raises AccountDisabled.
    """
    user = User.objects.filter(hf_id=person.hf_id).first() or User(hf_id=person.hf_id)
    if not user.is_active:
        raise AccountDisabled(user)
    _free_username(person)
    user.username = person.name
    user.avatar_url = _safe_avatar_url(person.avatar_url)
    user.is_staff = user.is_superuser = _is_admin(person)
    if user.pk is None:
        user.set_unusable_password()
    user.save()
    if grant is not None:
        _store(user, grant)
    announce(user.pk)
    return user


def remove_account(user: User, session: SessionBase) -> None:
    """Delete the user with everything they saved, and end their session."""
    user_id = user.pk
    with transaction.atomic():
        audit.record(Action.ACCOUNT_REMOVED, user)
        User.objects.filter(pk=user_id).delete()
    session.flush()
    announce(user_id)


def _store(user: User, grant: HubTokenSet) -> None:
    HubCredential.objects.update_or_create(
        user=user,
        defaults={
            "kind": grant.kind,
            "access_token": grant.access_token,
            "refresh_token": grant.refresh_token,
            "scope": grant.scope,
            "expires_at": grant.expires_at,
            "needs_sign_in": False,
        },
    )


def _free_username(person: Person) -> None:
    # Names on the Hub are unique, so another holder here was renamed there since they signed in.
    # "~" occurs in no Hub name, so the name that they get until then is nobody else's.
    for other in User.objects.filter(username__iexact=person.name).exclude(hf_id=person.hf_id):
        other.username = f"{other.username[:120]}~{other.pk}"
        other.save(update_fields=["username"])
        announce(other.pk)


def _is_admin(person: Person) -> bool:
    named = {entry.lower() for entry in settings.ADMIN_HF_USERS}
    return bool(named & {person.name.lower(), person.hf_id.lower()})


def _safe_avatar_url(url: str) -> str:
    absolute = urljoin(f"{settings.HF_ENDPOINT}/", url) if url else ""
    is_fit = urlsplit(absolute).scheme == "https" and len(absolute) <= MAX_AVATAR_URL
    return absolute if is_fit else ""
