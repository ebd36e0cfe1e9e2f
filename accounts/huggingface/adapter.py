"""The allauth adapter: the OAuth app, the user of an account, errors of a sign-in."""

import logging
from typing import Any, NoReturn

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.base import AuthError
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from accounts import audit
from accounts.audit import Action, Outcome
from accounts.credentials import would_narrow
from accounts.hub_powers import powers_of_scope
from accounts.huggingface import step_up
from accounts.models import HubCredential, User
from accounts.operators.access import AccessRefused
from accounts.operators.refusing import refuse_sign_in
from accounts.people import AccountDisabled, HubTokenSet, Person, upsert_user

logger = logging.getLogger(__name__)


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    def list_apps(
        self, request: HttpRequest, provider: str | None = None, client_id: str | None = None
    ) -> list[SocialApp]:
        """Return the one OAuth app of our settings, nothing that the database may hold."""
        if not settings.HF_OAUTH_CLIENT_ID:
            return []
        app = SocialApp(
            provider="huggingface",
            name="Hugging Face",
            client_id=settings.HF_OAUTH_CLIENT_ID,
            secret=settings.HF_OAUTH_CLIENT_SECRET,
        )
        return [app]

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Hand allauth the user of this Hugging Face id, so that it never signs anybody up itself.

        No row of allauth's is written: who somebody is stands in User, the tokens are encrypted in
        HubCredential.
        """
        state = sociallogin.state
        # PKCE binds the code to this browser as well, where the provider does not ignore it.
        if sociallogin.id_token_nonce != state["nonce"]:
            note_failure(request, "answer to another sign-in")
            _fail(request, state, "Hugging Face answered a different sign-in. Please try again.")
        token = sociallogin.token
        claims = sociallogin.account.extra_data
        person = Person(
            claims["sub"],
            claims["preferred_username"],
            claims["picture"],
            sociallogin.organizations,
        )
        grant = HubTokenSet(
            kind=HubCredential.Kind.OAUTH,
            access_token=token.token,
            refresh_token=token.token_secret,
            # An answer that names none grants what was asked for (RFC 6749, 5.1).
            scope=sociallogin.granted_scope or " ".join(state["asked"]),
            expires_at=token.expires_at,
        )
        try:
            if step_up.is_one(state):
                raise ImmediateHttpResponse(step_up.finish(request, state, person, grant))
            is_loss = would_narrow(person.hf_id, powers_of_scope(grant.scope))
            sociallogin.user = upsert_user(person, None if is_loss else grant)
        except AccountDisabled as disabled:
            audit.record(
                Action.SIGN_IN,
                disabled.user,
                outcome=Outcome.DENIED,
                detail={"reason": "account disabled"},
            )
            _fail(request, state, _("This account has been disabled on this server."))
        except AccessRefused as refused:
            raise ImmediateHttpResponse(refuse_sign_in(request, person.name, refused)) from refused

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: str | None = None,
        exception: Exception | None = None,
        extra_context: dict[str, Any] | None = None,
    ) -> NoReturn:
        state = (extra_context or {}).get("state")
        if state is None:
            # Anybody can lead a browser here. Nothing of what the address says has happened.
            _fail(request, None, _NOT_BEGUN)
        if error == AuthError.CANCELLED:
            note_failure(request, "access denied by the person")
            _fail(request, state, _CANCELLED[step_up.is_one(state)])
        if request.GET.get("error") == "invalid_scope":
            logger.warning("Hugging Face refused the scopes that it was asked for.")
            note_failure(request, "scopes refused")
            _fail(request, state, _SCOPES_REFUSED)
        # Of our own making (exchange): the address may say anything.
        reason = str(exception) if isinstance(exception, OAuth2Error) else "error"
        name = type(exception).__name__
        logger.warning("A sign-in with Hugging Face failed: %s, %s.", name, reason)
        note_failure(request, reason)
        _fail(request, state, _("Signing in with Hugging Face did not work. Please try again."))


_NOT_BEGUN = _("This sign-in was not begun in this browser, or too long ago. Please begin again.")
_CANCELLED = (
    _("You did not give access on Hugging Face, so you are not signed in."),
    _("You did not give access on Hugging Face. Nothing has changed."),
)
_SCOPES_REFUSED = _(
    "The OAuth app of this server on Hugging Face may not ask for that. Whoever runs this server "
    "has to add the scopes to the app, or take them out of HF_OAUTH_FURTHER_SCOPES."
)


def note_failure(request: HttpRequest, reason: str) -> None:
    """Put into the log that somebody came back from Hugging Face in vain."""
    user = request.user if isinstance(request.user, User) else None
    audit.record(Action.SIGN_IN, user, outcome=Outcome.DENIED, detail={"reason": reason})


def _fail(request: HttpRequest, state: Any, message: str) -> NoReturn:
    message = gettext(message)
    if step_up.is_one(state):
        raise ImmediateHttpResponse(step_up.refuse(request, message))
    messages.error(request, message)
    raise ImmediateHttpResponse(redirect("accounts:sign-in"))
