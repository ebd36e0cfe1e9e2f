from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access_keys import (
    NameTaken,
    TooManyKeys,
    change_key_scopes,
    create_access_key,
    own_access_key,
    revoke_access_key,
)
from accounts.authorization.apps_section import apps_context
from accounts.authorization.scopes import ScopesForm
from accounts.granting import scopes_to_hand_out
from accounts.models import User
from accounts.profiles.changing import NoSuchProfile
from accounts.settings.keys import NewKey, key_form, keys_context
from accounts.signed_in import for_users, is_htmx


@require_http_methods(["GET", "POST"])
@for_users
def keys(request: HttpRequest, user: User) -> HttpResponseBase:
    """Lead to the page of the keys, or create one.

    The answer to that is the page that shows the key: a redirect would have to keep its text.
    """
    if request.method == "GET":
        return redirect(reverse("accounts:apps") + "#keys")
    form = key_form(request, user, request.POST)
    if form.is_valid():
        try:
            row, text = create_access_key(
                user,
                form.cleaned_data["name"],
                form.chosen_scopes,
                form.expires_at,
                form.cleaned_data["profile"],
            )
        except NameTaken:
            form.refuse_name()
        except TooManyKeys:
            form.refuse_for_too_many()
        except NoSuchProfile:
            form.refuse_profile()
        else:
            return _render(request, user, keys_context(request, user, new_key=NewKey(row, text)))
    return _render(request, user, keys_context(request, user, form), status=422)


@require_POST
@for_users
def revoke_key(request: HttpRequest, user: User, key_id: int) -> HttpResponseBase:
    if not revoke_access_key(user, key_id):
        raise Http404("You have no such key.")
    return _tell(request, user, "The key is revoked. Clients that used it are locked out.")


@require_POST
@for_users
def change_scopes(request: HttpRequest, user: User, key_id: int) -> HttpResponseBase:
    form = ScopesForm(scopes_to_hand_out(user, request.session), request.POST)
    if not form.is_valid():
        return _tell(request, user, form.problem, status=422)
    if not change_key_scopes(user, key_id, form.chosen):
        raise Http404("You have no such key.")
    return _tell(request, user, "What the key may do is changed.")


def _tell(request: HttpRequest, user: User, said: str, status: int = 200) -> HttpResponseBase:
    shown = _shown_key(request, user)
    if is_htmx(request):
        context = {**keys_context(request, user, new_key=shown), "toast": said}
        return render(request, "accounts/_keys.html", context, status=status)
    messages.add_message(request, messages.SUCCESS if status == 200 else messages.WARNING, said)
    if shown is not None:
        return _render(request, user, keys_context(request, user, new_key=shown), status)
    return redirect("accounts:keys")


def _shown_key(request: HttpRequest, user: User) -> NewKey | None:
    """Return the new key that the page showed, to go on showing it: it may not be copied yet."""
    text = request.POST.get("shown_key", "")
    row = own_access_key(user, text)
    return None if row is None else NewKey(row, text)


def _render(
    request: HttpRequest, user: User, section: dict[str, Any], status: int = 200
) -> HttpResponse:
    if is_htmx(request):
        return render(request, "accounts/_keys.html", section, status=status)
    context = {**apps_context(user), **section, "keys_first": True}
    return render(request, "accounts/settings/apps.html", context, status=status)
