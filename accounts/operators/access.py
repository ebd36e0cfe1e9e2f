"""Who may use this server at all: ACCESS, ACCESS_ALLOWED, ACCESS_DENIED, and invitations.

Blocks are another matter, and come first: accounts.operators.block_list.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction

from accounts import admins, audit
from accounts.audit import Action
from accounts.models import User
from accounts.operators.bindings import Words, bind_names, forget_binding, words_for
from accounts.operators.block_list import whom_to_ask
from accounts.operators.models import Invitation, Membership, RoleGrant
from accounts.operators.subjects import Organization

OPEN, SIGN_IN, INVITED = "open", "sign-in", "invited"

MAX_INVITATIONS = 100_000


class AccessRefused(Exception):
    """This person may not use the server; the text is for them."""


class TooManyInvitations(Exception):
    """As many are invited as can be."""


@dataclass(frozen=True)
class Account:
    """Somebody whom Hugging Face vouches for, with an account here or without."""

    hf_id: str
    name: str
    organizations: tuple[Organization, ...] = ()


def needs_sign_in() -> bool:
    """Return whether nobody is served without saying who they are."""
    return str(settings.ACCESS) != OPEN


def is_restricted() -> bool:
    """Return whether it depends on who somebody is; without asking the database."""
    return bool(settings.ACCESS_DENIED) or settings.ACCESS == INVITED


def refusal_of(account: Account) -> str:
    """Return why somebody may not use this server, for them to read; "" for who may.

    Asks the database where the settings leave it open, and binds names that it meets.
    """
    if not is_restricted():
        return ""
    bind_names(account.hf_id, account.name, account.organizations)
    words = words_for(account.hf_id, account.organizations)
    # Who sees to the server can always come and change what is wrong with it.
    if _has_role(account, words):
        return ""
    if words.intersection(settings.ACCESS_DENIED):
        return f"This server is not open to your account. {whom_to_ask()}"
    if settings.ACCESS == INVITED and not _is_invited(words):
        return f"This server is for invited people. {whom_to_ask()}"
    return ""


def _has_role(account: Account, words: Words) -> bool:
    named = admins.admins_among([User(hf_id=account.hf_id)])
    return bool(named) or RoleGrant.objects.filter(subject__in=words).exists()


def _is_invited(words: Words) -> bool:
    is_allowed = not words.isdisjoint(settings.ACCESS_ALLOWED)
    return is_allowed or Invitation.objects.filter(subject__in=words).exists()


def refusal_of_user(user_id: int, hf_id: str, name: str, told: Iterable[Organization] = ()) -> str:
    """Return the same for a user, whose organizations are stored; `told` are further ones."""
    if not is_restricted():
        return ""
    stored = Membership.objects.filter(user_id=user_id).values_list("org_id", "name")
    organizations = {*(Organization(*row) for row in stored), *told}
    return refusal_of(Account(hf_id, name, tuple(organizations)))


def check_access(account: Account) -> None:
    """Raises AccessRefused."""
    if refusal := refusal_of(account):
        raise AccessRefused(refusal)


def invite(word: str, admin: User) -> bool:
    """Let in whom a word means; return whether that is new. Raises TooManyInvitations."""
    with transaction.atomic():
        if Invitation.objects.count() >= MAX_INVITATIONS:
            raise TooManyInvitations
        _, is_new = Invitation.objects.get_or_create(subject=word, defaults={"made_by": admin})
        if is_new:
            audit.record(Action.INVITED, admin, detail={"who": word})
    return is_new


def remove_invitation(word: str, admin: User) -> bool:
    """Return whether there was one."""
    with transaction.atomic():
        removed, _ = Invitation.objects.filter(subject=word).delete()
        if removed:
            forget_binding(word)
            audit.record(Action.INVITATION_REMOVED, admin, detail={"who": word})
    return bool(removed)
