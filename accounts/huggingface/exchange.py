"""The authorization code becomes tokens and a person whom Hugging Face vouches for.

Failures are an OAuth2Error, whose text is a few words for the log, of our own making.
"""

from typing import Annotated, Any

from allauth.socialaccount.models import SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2Adapter
from django.conf import settings
from django.http import HttpRequest
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from accounts.addresses import oauth_callback_url
from accounts.hub_names import HubId, HubName
from accounts.hub_sign_in import ask_token_endpoint, fetch_json
from accounts.huggingface.id_token import IdTokenRefused, read_id_token
from accounts.operators.memberships import Organizations
from accounts.outgoing.errors import OutgoingError
from accounts.outgoing.untrusted_json import parse_json
from accounts.token_answers import TokenAnswer


def _text_or_nothing(value: Any) -> str:
    return value if isinstance(value, str) else ""


class UserInfo(BaseModel):
    """The part of `/oauth/userinfo` that we use. `sub` never changes, the name may."""

    model_config = ConfigDict(hide_input_in_errors=True)

    sub: HubId
    preferred_username: HubName
    picture: Annotated[str, BeforeValidator(_text_or_nothing)] = ""
    orgs: Organizations = ()


class HuggingFaceExchange(OAuth2Adapter):
    provider_id = "huggingface"

    @property
    def authorize_url(self) -> str:
        return f"{settings.HF_ENDPOINT}/oauth/authorize"

    @property
    def access_token_url(self) -> str:
        return f"{settings.HF_ENDPOINT}/oauth/token"

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        return oauth_callback_url(request)

    def get_access_token_data(
        self, request: HttpRequest, app: SocialApp, client: Any, pkce_code_verifier: Any = None
    ) -> TokenAnswer:
        # RFC 9207: the answer of another authorization server must not be redeemed at this one.
        if request.GET.get("iss", settings.HF_ENDPOINT) != settings.HF_ENDPOINT:
            raise OAuth2Error("answer of another issuer")
        form = {
            "grant_type": "authorization_code",
            "code": request.GET["code"],
            "redirect_uri": self.get_callback_url(request, app),
            "code_verifier": pkce_code_verifier,
        }
        try:
            answer = ask_token_endpoint(form, seconds=settings.HF_TIMEOUT_SECONDS)
            if answer.status != 200:
                raise OAuth2Error("code refused")
            return TokenAnswer.model_validate(parse_json(answer.body))
        except (OutgoingError, ValidationError) as error:
            raise OAuth2Error("no token answer that can be read") from error

    def parse_token(self, data: TokenAnswer) -> SocialToken:
        return SocialToken(
            token=data.access_token, token_secret=data.refresh_token, expires_at=data.expires_at()
        )

    def complete_login(
        self, request: HttpRequest, app: SocialApp, token: SocialToken, **kwargs: Any
    ) -> SocialLogin:
        answer: TokenAnswer = kwargs["response"]
        seconds = settings.HF_TIMEOUT_SECONDS
        try:
            claims = read_id_token(
                answer.id_token,
                fetch_json("/oauth/jwks", seconds=seconds),
                issuer=settings.HF_ENDPOINT,
                audience=app.client_id,
            )
            info = UserInfo.model_validate(
                fetch_json("/oauth/userinfo", token.token, seconds=seconds)
            )
        except (IdTokenRefused, OutgoingError, ValidationError) as error:
            raise OAuth2Error("person not verified") from error
        if claims.sub != info.sub:
            raise OAuth2Error("ID token about somebody else")
        login = self.get_provider().sociallogin_from_response(
            request, info.model_dump(exclude={"orgs"})
        )
        login.granted_scope = answer.scope
        login.organizations = info.orgs
        login.id_token_nonce = claims.nonce
        return login
