"""Who may do what on the pages of this server: decided at each request, by ids.

A role comes from ADMIN_HF_USERS (accounts.admins) or was given on a page, to a person or to the
members of an organization; of several, the highest counts. Whoever is blocked has none.
"""

from collections.abc import Callable, Iterable
from functools import update_wrapper
from http import HTTPStatus
from typing import Any, Concatenate, ParamSpec

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache

from accounts import admins, audit
from accounts.audit import Action
from accounts.clients.configuration import is_loopback
from accounts.models import User
from accounts.operators.bindings import bind_holder, forget_binding, own_word, words_of_users
from accounts.operators.block_list import block_list
from accounts.operators.models import Role, RoleGrant
from accounts.zones import zone_of

MAX_GRANTS = 1_000
"""All of them are read where somebody's role is looked up."""

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, User, P], HttpResponseBase]
Guarded = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


class TooManyGrants(Exception):
    """As many roles are given as there may be."""


def role_of(user: Any) -> Role | None:
    """Return what this user is at this moment; asks the database."""
    return roles_of([user]).get(user.pk) if isinstance(user, User) else None


def roles_of(users: Iterable[User]) -> dict[int, Role]:
    """Return the roles of those of these users who have one; four queries however many."""
    able = [
        user
        for user in users
        if user.is_active and user.hf_id and block_list.person(user.hf_id) is None
    ]
    roles = dict.fromkeys((user.pk for user in admins.admins_among(able)), Role.ADMIN)
    others = {user.pk: user.hf_id or "" for user in able if user.pk not in roles}
    grants = dict(RoleGrant.objects.values_list("subject", "role")[:MAX_GRANTS]) if others else {}
    if grants:
        for user_id, words in words_of_users(others).items():
            if given := [grants[word] for word in words if word in grants]:
                roles[user_id] = Role(max(given))
    return roles


def needs_role(role: Role) -> Callable[[View[P]], Guarded[P]]:
    """Pass the user on to the view if they have this role at least; send strangers to sign in.

    The view writes and reads times in the reader's zone.
    """

    def decorate(view: View[P]) -> Guarded[P]:
        @never_cache
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            user = request.user
            if not isinstance(user, User):
                return redirect_to_login(request.get_full_path())
            if not has_role(user, role):
                return refuse(request, role)
            with timezone.override(zone_of(request)):
                return view(request, user, *args, **kwargs)

        update_wrapper(guarded, view)
        return guarded

    return decorate


def has_role(user: Any, role: Role) -> bool:
    """Return whether a user may do what this role may."""
    own = role_of(user)
    return own is not None and own >= role


def refuse(request: HttpRequest, role: Role) -> HttpResponseBase:
    context = {"needed": role}
    return render(request, "dashboard/forbidden.html", context, status=HTTPStatus.FORBIDDEN)


def role_context(request: HttpRequest) -> dict[str, Any]:
    """Tell every template (a context processor)."""
    role = SimpleLazyObject(lambda: _role_in(request))
    is_first = SimpleLazyObject(lambda: is_first_admin(request.user))
    return {"role": role, "has_admins": SimpleLazyObject(has_admins), "is_first_admin": is_first}


class _InTemplates:
    """A role as templates ask about it."""

    def __init__(self, role: Role | None) -> None:
        self.label = gettext(role.label) if role else ""
        self.sees_numbers = role is not None
        self.acts = role is not None and role >= Role.OPERATOR
        self.is_admin = role is Role.ADMIN


def _role_in(request: HttpRequest) -> _InTemplates:
    return _InTemplates(role_of(getattr(request, "user", None)))


def has_admins() -> bool:
    """Return whether somebody was named as an admin at all."""
    return bool(settings.ADMIN_HF_USERS) or _admin_grants().exists()


def is_first_admin(user: Any) -> bool:
    """Return whether somebody is an admin because they came first: see make_first_admin."""
    if not isinstance(user, User) or not user.hf_id:
        return False
    return RoleGrant.objects.filter(subject=own_word(user), is_first=True).exists()


def _admin_grants() -> Any:
    return RoleGrant.objects.filter(role=Role.ADMIN)


def give_role(word: str, role: Role, admin: User) -> None:
    """Give whom a word means a role, in place of one given before. Raises TooManyGrants.

    A name stands from now on for the person here who has it.
    """
    with transaction.atomic():
        before = RoleGrant.objects.select_for_update().filter(subject=word).first()
        if before is None and RoleGrant.objects.count() >= MAX_GRANTS:
            raise TooManyGrants
        bind_holder(word)
        if before is not None and before.role == role:
            return
        RoleGrant.objects.update_or_create(subject=word, defaults={"role": role, "made_by": admin})
        detail = {"to": word, "role": role.label}
        if before is not None:
            detail["before"] = before.get_role_display()
        audit.record(Action.ROLE_GIVEN, admin, detail=detail)


def take_role(word: str, admin: User) -> bool:
    """Take a role back that was given on a page; return whether there was one."""
    with transaction.atomic():
        row = RoleGrant.objects.select_for_update().filter(subject=word).first()
        if row is None:
            return False
        row.delete()
        forget_binding(word)
        detail = {"from": word, "role": row.get_role_display()}
        audit.record(Action.ROLE_TAKEN, admin, detail=detail)
    return True


def awaits_first_admin() -> bool:
    """Return whether whoever signs in next is an admin by coming first."""
    return _awaits_first_admin(User.objects.all())


def _awaits_first_admin(others: QuerySet[User]) -> bool:
    if not is_loopback(settings.PUBLIC_URL) or has_admins():
        return False
    return not others.filter(hf_id__isnull=False).exists()


def is_page_for_roles(url: str | None) -> bool:
    """Return whether an address of this server is one that only people with a role may see."""
    return (url or "").startswith(reverse("operators:people").removesuffix("people/"))


def make_first_admin(user: User) -> None:
    """Make the only person there is on a local server its admin, if it has none.

    Never on a server that others can reach: whoever came first would own it.
    """
    if not user.hf_id or not _awaits_first_admin(User.objects.exclude(pk=user.pk)):
        return
    try:
        with transaction.atomic():  # of two at once, one gets the row
            RoleGrant.objects.create(subject=own_word(user), role=Role.ADMIN, is_first=True)
    except IntegrityError:
        return
    audit.record(Action.ADMIN_GAINED, user, detail={"because": "first person on a local server"})
