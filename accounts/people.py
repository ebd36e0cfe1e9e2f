"""Creates, updates and removes users. The Hugging Face id identifies them."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.db import IntegrityError, transaction
from django.db.models import Q

from accounts import admins, audit
from accounts.audit import Action
from accounts.hub_names import is_hub_name
from accounts.job_secrets import forget_secrets_of
from accounts.models import FormerName, HubCredential, User
from accounts.operators.access import AccessRefused, Account, check_access
from accounts.operators.bindings import bind_names
from accounts.operators.blocks import block_of
from accounts.operators.memberships import store_memberships
from accounts.operators.name_parts import store_parts
from accounts.operators.roles import make_first_admin
from accounts.operators.subjects import Organization
from accounts.preferences import announce
from accounts.space_models import KnownPrivateSpace

MAX_AVATAR_URL = 500
ATTEMPTS = 3


@dataclass(frozen=True)
class Person:
    """Somebody whom Hugging Face vouched for just now."""

    hf_id: str
    name: str
    avatar_url: str = ""
    organizations: tuple[Organization, ...] = ()


@dataclass(frozen=True)
class HubTokenSet:
    """The Hugging Face credential that a person brought along."""

    kind: HubCredential.Kind
    access_token: str
    refresh_token: str = ""
    scope: str = ""
    expires_at: datetime | None = None

    def __repr__(self) -> str:
        return f"HubTokenSet({self.kind})"


class AccountDisabled(Exception):
    """An administrator of this server has switched this account off."""

    def __init__(self, user: User) -> None:
        super().__init__()
        self.user = user


def upsert_user(person: Person, tokens: HubTokenSet | None) -> User:
    """Create or update the user and store their credential; the caller starts the session.

    Without tokens the stored ones stay. Raises AccountDisabled and AccessRefused.
    """
    # First, and apart: whoever is refused by a name stays refused by the id that had it.
    bind_names(person.hf_id, person.name, person.organizations)
    _check(person)
    for _ in range(ATTEMPTS - 1):
        try:
            return _upsert(person, tokens)
        except IntegrityError:
            pass  # Somebody of this id or name signed in at the same moment, and is there now.
    return _upsert(person, tokens)


def _check(person: Person) -> None:
    """Raises AccessRefused."""
    if block := block_of(person.hf_id):
        raise AccessRefused(str(block))
    check_access(Account(person.hf_id, person.name, person.organizations))


@transaction.atomic
def _upsert(person: Person, tokens: HubTokenSet | None) -> User:
    # All rows that may change, in one order, so that two who exchange names do not block another.
    rows = User.objects.select_for_update().order_by("pk")
    touched = list(rows.filter(Q(hf_id=person.hf_id) | Q(username__iexact=person.name)))
    user = next((row for row in touched if row.hf_id == person.hf_id), None)
    user = user or User(hf_id=person.hf_id)
    if not user.is_active:
        raise AccountDisabled(user)
    for other in touched:
        if other is not user and other.username.lower() == person.name.lower():
            _free_username(other)
    if user.username.lower() != person.name.lower():
        _remember_name(user)
    user.username = person.name
    user.avatar_url = _safe_avatar_url(person.avatar_url)
    if user.pk is None:
        user.set_unusable_password()
    user.save()
    store_parts(user)
    store_memberships(user, person.organizations)
    if tokens is not None:
        _store(user, tokens)
    admins.note_sign_in(user)
    make_first_admin(user)
    announce(user.pk)
    return user


def remove_account(user: User, session: SessionBase) -> None:
    """Delete the user with everything they saved, and end their session."""
    remove(user)
    session.flush()


def remove(user: User, *, detail: dict[str, Any] | None = None) -> None:
    """Delete the user with everything they saved; `detail` is for the audit log."""
    user_id = user.pk
    with transaction.atomic():
        audit.record(Action.ACCOUNT_REMOVED, user, detail=detail)
        # Locked first, as by whoever stores something of theirs now.
        User.objects.select_for_update().filter(pk=user_id).first()
        if user.hf_id:
            forget_secrets_of(user.hf_id)
        User.objects.filter(pk=user_id).delete()
    announce(user_id)


def find_people(text: str) -> list[User]:
    """Return whom a name or an id (`id:…`) means; several only where it is a former name."""
    people = User.objects.exclude(hf_id=None)
    if text.startswith(admins.ID_PREFIX):
        return list(people.filter(hf_id=text.removeprefix(admins.ID_PREFIX)))
    named = list(people.filter(username__iexact=text)) or list(people.filter(hf_id=text))
    return named or list(people.filter(former_names__name=text.lower()).order_by("pk"))


def people_after(last: User | None, part_of_name: str, count: int) -> list[User]:
    """Return those who came after somebody, in that order."""
    people = User.objects.exclude(hf_id=None).order_by("pk")
    if last is not None:
        people = people.filter(pk__gt=last.pk)
    if part_of_name:
        people = people.filter(username__icontains=part_of_name)
    return list(people[:count])


def has_held_name(user_id: int, name: str) -> bool:
    """Return whether this user was known by this name here, or is to this day: Hugging Face may
    know already that they are renamed.
    """
    return (
        FormerName.objects.filter(user_id=user_id, name=name.lower()).exists()
        or User.objects.filter(pk=user_id, username__iexact=name).exists()
    )


def _store(user: User, tokens: HubTokenSet) -> None:
    # With the credential from before: no other has it back.
    KnownPrivateSpace.forget_all_of(user.pk)
    HubCredential.objects.update_or_create(
        user=user,
        defaults={
            "kind": tokens.kind,
            "access_token": tokens.access_token,
            "refresh_token": tokens.refresh_token,
            "scope": tokens.scope,
            "expires_at": tokens.expires_at,
            "needs_sign_in": False,
            "refreshing_since": None,
            "refresh_failed_at": None,
        },
    )


def _free_username(other: User) -> None:
    # Names on the Hub are unique, so another holder here was renamed there since they signed in.
    # "~" occurs in no Hub name, so the name that they get until then is nobody else's.
    _remember_name(other)
    taken = other.username
    other.username = f"{taken[:120]}~{other.pk}"
    other.save(update_fields=["username"])
    store_parts(other)
    audit.record(Action.NAME_TAKEN_OVER, other, detail={"name": taken})
    announce(other.pk)


def _remember_name(user: User) -> None:
    if user.pk is not None and user.hf_id and is_hub_name(user.username):
        FormerName.objects.get_or_create(user=user, name=user.username.lower())


def _safe_avatar_url(url: str) -> str:
    if not re.fullmatch(rf"[!-~]{{1,{MAX_AVATAR_URL}}}", url):
        return ""
    try:
        absolute = urljoin(f"{settings.HF_ENDPOINT}/", url)
        is_fit = urlsplit(absolute).scheme == "https" and len(absolute) <= MAX_AVATAR_URL
    except ValueError:
        return ""
    return absolute if is_fit else ""
