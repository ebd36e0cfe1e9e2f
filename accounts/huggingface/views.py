from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render, resolve_url
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts.addresses import safe_next_url
from accounts.credentials import needs_sign_in, oauth_scope
from accounts.huggingface import step_up
from accounts.huggingface.exchange import HuggingFaceExchange
from accounts.huggingface.permissions import (
    further_permissions,
    permission_of,
    scopes_to_ask_for,
)
from accounts.models import User
from accounts.sign_in_limit import seconds_to_wait
from accounts.signed_in import for_users


class PermissionsForm(forms.Form):
    def __init__(self, user: User, data: QueryDict) -> None:
        super().__init__(data)
        offered = further_permissions(oauth_scope(user))
        self.fields["scopes"] = forms.MultipleChoiceField(
            choices=[(permission.scope, permission.title) for permission in offered],
            error_messages={
                "required": gettext_lazy("Tick what this server may do besides."),
                "invalid_choice": gettext_lazy("This server does not offer %(value)s."),
            },
        )


@never_cache
@require_http_methods(["GET", "POST"])
def begin(request: HttpRequest) -> HttpResponse:
    if request.method == "GET":
        return redirect("accounts:sign-in")
    onward = safe_next_url(request, request.POST.get("next"))
    if seconds := seconds_to_wait(request):
        messages.error(
            request,
            _("Too many attempts. Wait %(seconds)s s, then try again.") % {"seconds": seconds},
        )
        return redirect("accounts:sign-in")
    try:
        if isinstance(request.user, User) and request.user.hf_id and needs_sign_in(request.user):
            # They keep what they allowed before.
            onward = onward or resolve_url(settings.LOGIN_REDIRECT_URL)
            return _continue(request, step_up.ask(request, request.user, next_url=onward))
        provider = get_adapter().get_provider(request, HuggingFaceExchange.provider_id)
    except SocialApp.DoesNotExist as error:
        raise Http404("Sign-in with Hugging Face is not set up.") from error
    return _continue(
        request, provider.redirect(request, AuthProcess.LOGIN, next_url=onward)["Location"]
    )


@require_http_methods(["GET", "POST"])
@for_users
def confirm_permissions(request: HttpRequest, user: User) -> HttpResponseBase:
    """Say what is going to be asked, before Hugging Face is."""
    chosen = _chosen(request, user)
    if not chosen:
        return redirect("accounts:permissions")
    scope = oauth_scope(user)
    context = {
        "chosen": [permission_of(name) for name in chosen],
        "others": [permission_of(name) for name in scopes_to_ask_for(scope, ())],
        "is_oauth": bool(scope),
    }
    return render(request, "accounts/confirm_permissions.html", context)


@require_http_methods(["GET", "POST"])
@for_users
def ask_for_permissions(request: HttpRequest, user: User) -> HttpResponseBase:
    chosen = _chosen(request, user)
    if not chosen:
        return redirect("accounts:permissions")
    return _continue(request, step_up.ask(request, user, chosen))


def _chosen(request: HttpRequest, user: User) -> list[str]:
    """Return what was ticked, nothing of what was not offered to this user."""
    if request.method == "GET":
        return []
    form = PermissionsForm(user, request.POST)
    if not form.is_valid():
        messages.error(request, str(form["scopes"].errors[0]))
        return []
    return list(form.cleaned_data["scopes"])


def _continue(request: HttpRequest, url: str) -> HttpResponse:
    """Send the browser to Hugging Face, by a page of ours that goes on by itself.

    A redirect as the answer to the form would be stopped by `form-action 'self'` in Chromium, which
    applies that rule to every hop.
    """
    response = render(request, "accounts/continue_to_hugging_face.html", {"url": url})
    response["Referrer-Policy"] = "no-referrer"
    return response


_allauth_callback = OAuth2CallbackView.adapter_view(HuggingFaceExchange)


@never_cache
@require_GET
def callback(request: HttpRequest) -> HttpResponse:
    try:
        response: HttpResponse = _allauth_callback(request)
    except SocialApp.DoesNotExist as error:
        raise Http404("Sign-in with Hugging Face is not set up.") from error
    return response
