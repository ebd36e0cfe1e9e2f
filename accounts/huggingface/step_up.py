"""Asks Hugging Face for more than sign-in does, for somebody who signed in here and confirmed it.

What was asked, and for whom, waits in the session: nothing in an address can change it, and nobody
else can come back in that person's place.
"""

from collections.abc import Iterable
from typing import Any

from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.base import AuthProcess
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts import audit
from accounts.audit import Action, Outcome
from accounts.credentials import oauth_scope, would_narrow
from accounts.granting import note_sign_in_there
from accounts.hub_powers import powers_of_scope
from accounts.huggingface.exchange import HuggingFaceExchange
from accounts.huggingface.permissions import permission_of, scopes_to_ask_for
from accounts.models import User
from accounts.people import HubTokenSet, Person, upsert_user

State = dict[str, Any]


def ask(
    request: HttpRequest, user: User, chosen: Iterable[str] = (), next_url: str | None = None
) -> str:
    """Return the address at Hugging Face where this user decides."""
    provider = get_adapter().get_provider(request, HuggingFaceExchange.provider_id)
    onward = provider.redirect(
        request,
        AuthProcess.LOGIN,
        next_url=next_url,
        data={"for": user.hf_id},
        scope=scopes_to_ask_for(oauth_scope(user), chosen),
    )
    return str(onward["Location"])


def is_one(state: State | None) -> bool:
    return bool(state and state.get("data"))


def finish(request: HttpRequest, state: State, person: Person, grant: HubTokenSet) -> HttpResponse:
    """Store what Hugging Face granted. Raises AccountDisabled and AccessRefused."""
    user = request.user
    if not isinstance(user, User) or not person.hf_id == user.hf_id == state["data"]["for"]:
        return _refuse_another_account(request, person)
    before = set(oauth_scope(user).split())
    # Whoever grants less than there was keeps what there was. To leave a pasted token for this is
    # what somebody chose who has one.
    is_loss = bool(before) and would_narrow(person.hf_id, powers_of_scope(grant.scope))
    upsert_user(person, None if is_loss else grant)
    note_sign_in_there(request.session)
    granted = oauth_scope(user).split()
    added = [scope for scope in granted if scope not in before]
    refused = [scope for scope in state["asked"] if scope not in granted]
    detail = {"scopes": granted, "added": added}
    audit.record(Action.HUB_ACCESS_CHANGED, user, detail=detail)
    _say(request, added, refused)
    return redirect(state.get("next") or "accounts:permissions")


def refuse(request: HttpRequest, message: str) -> HttpResponse:
    """Say why nothing came of it."""
    if isinstance(request.user, User):
        audit.record(Action.HUB_ACCESS_CHANGED, request.user, outcome=Outcome.DENIED)
    messages.error(request, message)
    return redirect("accounts:permissions")


def _refuse_another_account(request: HttpRequest, person: Person) -> HttpResponse:
    return refuse(
        request,
        _(
            "On Hugging Face you are signed in as %(name)s, which is not the account that you use "
            "here. Nothing was changed. Sign out on one of the two first."
        )
        % {"name": person.name},
    )


def _say(request: HttpRequest, added: list[str], refused: list[str]) -> None:
    if added:
        messages.success(request, _("This server may now: %(what)s.") % {"what": _titles(added)})
    if refused:
        messages.warning(
            request, _("Hugging Face did not allow: %(what)s.") % {"what": _titles(refused)}
        )
    if not added and not refused:
        messages.success(request, _("Your connection to Hugging Face is renewed."))


def _titles(scopes: list[str]) -> str:
    return ", ".join(permission_of(scope).title.lower() for scope in scopes)
