from asgiref.sync import async_to_sync
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from accounts import audit
from accounts.addresses import safe_next_url
from accounts.approval_pages import is_page_of_approval
from accounts.audit import Action, Outcome
from accounts.authorization.consent import asking_client
from accounts.credentials import needs_sign_in, would_narrow
from accounts.forms import TokenForm
from accounts.granting import note_pasted_token
from accounts.hub_powers import powers_of_token, scope_of_token
from accounts.identity import HubUnreachable, TokenRefused, whoami
from accounts.models import HubCredential, User
from accounts.oauth_app import sign_in_context
from accounts.operators.access import AccessRefused
from accounts.operators.memberships import organizations_of
from accounts.operators.refusing import refuse_sign_in
from accounts.operators.roles import awaits_first_admin, is_page_for_roles
from accounts.people import AccountDisabled, HubTokenSet, Person, upsert_user
from accounts.profiles.sharing import is_link
from accounts.sign_in_limit import seconds_to_wait

SESSION_BACKEND = "django.contrib.auth.backends.ModelBackend"


_NARROWER = gettext_lazy(
    "This token allows less than what you gave this server before, which stays in use. To allow "
    "less, revoke the other one on Hugging Face, then sign in with this token again."
)


class SignInRefused(Exception):
    """Why a pasted token does not sign in, for the person who pasted it.

    `reason` says so in a few words for the log, when it is the token's fault.
    """

    def __init__(self, message: str, reason: str = "", user: User | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.user = user


@sensitive_post_parameters("token")
@never_cache
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    onward = safe_next_url(request, request.POST.get("next") or request.GET.get("next"))
    if request.method == "POST":
        return _sign_in_with_token(request, onward)
    if isinstance(request.user, User) and not needs_sign_in(request.user):
        return redirect(onward or settings.LOGIN_REDIRECT_URL)
    return _render(request, TokenForm(), onward)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    messages.success(request, _("You are signed out."))
    return redirect(settings.LOGOUT_REDIRECT_URL)


@sensitive_variables("form")
def _sign_in_with_token(request: HttpRequest, onward: str | None) -> HttpResponse:
    form = TokenForm(request.POST)
    if not settings.SIGN_IN_WITH_TOKEN:
        form.add_error(None, _("This server takes no pasted tokens."))
        return _render(request, form, onward, status=403)
    if form.is_valid():
        if seconds := seconds_to_wait(request):
            return _refuse_for_now(request, form, onward, seconds)
        try:
            user, scope, is_kept = _user_of_token(form.cleaned_data["token"])
        except AccessRefused as refused:
            return refuse_sign_in(request, "", refused)
        except SignInRefused as refused:
            _note_refusal(refused)
            form.add_error("token", str(refused))
        else:
            login(request, user, backend=SESSION_BACKEND)
            note_pasted_token(request.session, scope)
            if not is_kept:
                messages.warning(request, _NARROWER)
            return redirect(onward or settings.LOGIN_REDIRECT_URL)
    return _render(request, form, onward)


@sensitive_variables("token", "grant")
def _user_of_token(token: str) -> tuple[User, str, bool]:
    """Return whose token it is, what it may do, and whether it was stored."""
    try:
        account = async_to_sync(whoami)(token)
    except TokenRefused as error:
        raise SignInRefused(
            _("Hugging Face does not accept this token. It may be mistyped, expired or revoked."),
            "wrong token",
        ) from error
    except HubUnreachable as error:
        raise SignInRefused(
            _(
                "Hugging Face cannot be reached right now, so the token could not be checked. "
                "Try again in a moment."
            )
        ) from error
    if account.type != "user":
        raise SignInRefused(
            _("This token belongs to an organization or an app, not to a person."),
            "not a person's token",
        )
    if not account.is_by_personal_token:
        raise SignInRefused(
            _(
                "This token was given to an app, so it does not show who you are. Paste one that "
                "you made yourself under Access Tokens."
            ),
            "token of an app",
        )
    scope = scope_of_token(account.auth.access_token)
    grant = HubTokenSet(
        kind=HubCredential.Kind.TOKEN,
        access_token=token,
        scope=scope,
        expires_at=account.auth.expires_at,
    )
    is_kept = not would_narrow(account.id, powers_of_token(scope))
    organizations = organizations_of(account)
    person = Person(account.id, account.name, account.avatar_url or "", organizations)
    try:
        return upsert_user(person, grant if is_kept else None), scope, is_kept
    except AccountDisabled as error:
        raise SignInRefused(
            _("This account has been disabled on this server."), "account disabled", error.user
        ) from error


def _note_refusal(refused: SignInRefused) -> None:
    if refused.reason:
        detail = {"reason": refused.reason}
        audit.record(Action.SIGN_IN, refused.user, outcome=Outcome.DENIED, detail=detail)


def _refuse_for_now(
    request: HttpRequest, form: TokenForm, onward: str | None, seconds: int
) -> HttpResponse:
    message = ngettext(
        "Too many attempts. Wait %(seconds)s second, then try again.",
        "Too many attempts. Wait %(seconds)s seconds, then try again.",
        seconds,
    )
    form.add_error("token", message % {"seconds": seconds})
    response = _render(request, form, onward, status=429)
    response["Retry-After"] = str(seconds)
    return response


def _render(
    request: HttpRequest, form: TokenForm, onward: str | None, status: int | None = None
) -> HttpResponse:
    context = {
        **sign_in_context(request),
        "form": form,
        "next": onward,
        "asking_client": asking_client(onward),
        "has_to_approve": is_page_of_approval(onward),
        "is_for_roles": is_page_for_roles(onward),
        "adds_profile": is_link(onward),
        "awaits_first_admin": awaits_first_admin(),
        "is_signed_in": request.user.is_authenticated,
    }
    status = status or (422 if form.errors else 200)
    return render(request, "accounts/sign_in.html", context, status=status)
