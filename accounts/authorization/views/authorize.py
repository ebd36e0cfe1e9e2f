from collections.abc import Sequence
from urllib.parse import urlsplit

from django import forms
from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from oauth2_provider.http import OAuth2ResponseRedirect

from accounts.audit import Action, Outcome
from accounts.authorization import consent
from accounts.authorization.connections import note_consent
from accounts.authorization.consent import Asked, AskedWrongly
from accounts.authorization.events import note
from accounts.authorization.offered import bound_profile, contents_of, profiles_for
from accounts.authorization.redirects import destination_of
from accounts.authorization.scopes import LABELS, Scope, ScopeLabel
from accounts.connecting import Stage, report
from accounts.credentials import needs_sign_in
from accounts.models import User
from accounts.profiles.changing import NoSuchProfile

RETRY_AFTER_SECONDS = 60


EACH_PROFILE = "each"


class ConsentForm(forms.Form):
    decision = forms.ChoiceField(choices=[("allow", "Authorize"), ("deny", "Deny")])

    def __init__(self, asked: Asked, user: User, data: QueryDict | None = None) -> None:
        ticked = [scope.value for scope in asked.scopes]
        bound = bound_profile(user, asked.application)
        self.profiles = profiles_for(user, asked.resources)
        profile = _at_first(bound, [profile.pk for profile in self.profiles])
        super().__init__(data, initial={"scopes": ticked, "profile": profile})
        self._asked, self._bound = asked, bound
        self.fields["profile"] = forms.ChoiceField(
            choices=[
                (EACH_PROFILE, "The one whose address it uses"),
                *((profile.pk, f"{profile.name} alone") for profile in self.profiles),
            ],
            required=False,
            error_messages={"invalid_choice": "You have no such profile (any more)."},
        )
        self.fields["scopes"] = forms.MultipleChoiceField(
            choices=[(scope.value, LABELS[scope].title) for scope in asked.scopes],
            required=False,
            error_messages={"invalid_choice": "The app did not ask for %(value)s."},
        )

    def clean(self) -> None:
        if self.cleaned_data.get("decision") == "allow" and not self.cleaned_data.get("scopes"):
            self.add_error("scopes", "Tick at least one thing that it may do, or deny.")

    @property
    def profile_id(self) -> int | None:
        """Return the only profile that the app is to open: as before, where nobody was asked."""
        chosen = self.cleaned_data["profile"]
        if not chosen:
            return self._bound
        return None if chosen == EACH_PROFILE else int(chosen)

    def rows(self) -> list[tuple[Scope, ScopeLabel, bool]]:
        ticked = set(self["scopes"].value() or ())
        return [(scope, LABELS[scope], scope.value in ticked) for scope in self._asked.scopes]


def _at_first(bound: int | None, offered: Sequence[int]) -> int | str:
    """Return what is chosen before the person chooses: never each for an app that had one alone,
    which could ask at another address to be rid of that.
    """
    if bound is None:
        return EACH_PROFILE
    return bound if bound in offered else offered[0]


@never_cache
@require_http_methods(["GET", "POST"])
def authorize(request: HttpRequest) -> HttpResponseBase:
    """Show the consent page, always: neither `prompt=none` nor an earlier consent skips it."""
    if not isinstance(request.user, User) or needs_sign_in(request.user):
        return redirect_to_login(request.get_full_path())
    try:
        asked = consent.read_request(request, request.user)
        if request.method == "GET":
            report(Stage.ASKED, request.user.pk, client=asked.client_name)
            return _ask(request, request.user, asked, ConsentForm(asked, request.user))
        return _answer(request, request.user, asked)
    except AskedWrongly as wrong:
        report(wrong.stage, request.user.pk, why=wrong.description)
        return _refuse(request, wrong)


def _answer(request: HttpRequest, user: User, asked: Asked) -> HttpResponse:
    form = ConsentForm(asked, user, request.POST)
    if not form.is_valid():
        return _ask(request, user, asked, form)
    if form.cleaned_data["decision"] == "deny":
        note(Action.CONSENT, user, asked.application, Outcome.DENIED)
        report(Stage.DENIED, user.pk, client=asked.client_name)
        return _leave(request, consent.decline(asked), asked.client_name)
    scopes = [Scope(scope) for scope in form.cleaned_data["scopes"]]
    try:
        with transaction.atomic():
            note_consent(user, asked.application, scopes, form.profile_id)
            url = consent.accept(request, asked, scopes)
    except NoSuchProfile as problem:
        # It was deleted a moment ago.
        form.add_error("profile", str(problem))
        return _ask(request, user, asked, form)
    report(Stage.AGREED, user.pk, client=asked.client_name)
    return _leave(request, url, asked.client_name)


def _ask(request: HttpRequest, user: User, asked: Asked, form: ConsentForm) -> HttpResponse:
    contents = contents_of(user, form.profiles, asked.scopes)
    return render(
        request,
        "authorization/consent.html",
        {"asked": asked, "form": form, "contents": contents},
        status=422 if form.errors else 200,
    )


def _refuse(request: HttpRequest, wrong: AskedWrongly) -> HttpResponseBase:
    if wrong.client_url is None or not destination_of(wrong.client_url).is_local:
        # Anybody can register a site; a mere link to us leads nobody there (RFC 9700, 4.11.2).
        context = {"wrong": wrong}
        response = render(request, "authorization/refused.html", context, status=wrong.status)
        response["Referrer-Policy"] = "no-referrer"
        if wrong.status == 503:
            response["Retry-After"] = str(RETRY_AFTER_SECONDS)
        return response
    if request.method == "POST" or request.headers.get("Sec-Fetch-Site") == "same-origin":
        return _leave(request, wrong.client_url, "the app")
    # The client registered this address, so its scheme was looked at then.
    scheme = urlsplit(wrong.client_url).scheme
    return OAuth2ResponseRedirect(wrong.client_url, allowed_schemes=[scheme])


def _leave(request: HttpRequest, url: str, client_name: str) -> HttpResponse:
    """Go to the client by a page of ours.

    A redirect as the answer to a form, ours or the one of the sign-in page, would be stopped by
    `form-action 'self'` in Chromium, which applies that rule to every hop.
    """
    context = {"url": url, "client_name": client_name}
    response = render(request, "authorization/leave.html", context)
    response["Referrer-Policy"] = "no-referrer"
    return response
