"""The authorization code becomes tokens and a person whom Hugging Face vouches for."""

from typing import Any

from allauth.socialaccount.models import SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2Adapter
from django.conf import settings
from django.http import HttpRequest
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from accounts.addresses import oauth_callback_url
from accounts.hub_sign_in import ask_token_endpoint, fetch_json
from accounts.huggingface.id_token import IdTokenRefused, read_id_token
from accounts.outgoing.errors import OutgoingError
from accounts.outgoing.untrusted_json import parse_json


class UserInfo(BaseModel):
    """The part of `/oauth/userinfo` that we use. `sub` never changes, the name may."""

    model_config = ConfigDict(hide_input_in_errors=True)

    sub: str = Field(min_length=1, max_length=64)
    preferred_username: str = Field(min_length=1, max_length=150)
    picture: str | None = None


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
    ) -> dict[str, Any]:
        # RFC 9207: the answer of another authorization server must not be redeemed at this one.
        if request.GET.get("iss", settings.HF_ENDPOINT) != settings.HF_ENDPOINT:
            raise OAuth2Error("The answer came from another issuer.")
        form = {
            "grant_type": "authorization_code",
            "code": request.GET["code"],
            "redirect_uri": self.get_callback_url(request, app),
            "code_verifier": pkce_code_verifier,
        }
        try:
            answer = ask_token_endpoint(form, seconds=settings.HF_TIMEOUT_SECONDS)
            data = parse_json(answer.body)
        except OutgoingError as error:
            raise OAuth2Error("The token endpoint gave no answer that can be read.") from error
        if answer.status != 200 or not isinstance(data, dict):
            raise OAuth2Error("The token endpoint gave no tokens.")
        return data

    def parse_token(self, data: dict[str, Any]) -> SocialToken:
        try:
            return super().parse_token(data)
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise OAuth2Error("The token answer makes no sense.") from error

    def complete_login(
        self, request: HttpRequest, app: SocialApp, token: SocialToken, **kwargs: Any
    ) -> SocialLogin:
        answer: dict[str, Any] = kwargs["response"]
        seconds = settings.HF_TIMEOUT_SECONDS
        try:
            claims = read_id_token(
                str(answer.get("id_token", "")),
                fetch_json("/oauth/jwks", seconds=seconds),
                issuer=settings.HF_ENDPOINT,
                audience=app.client_id,
            )
            info = UserInfo.model_validate(
                fetch_json("/oauth/userinfo", token.token, seconds=seconds)
            )
        except (IdTokenRefused, OutgoingError, ValidationError) as error:
            raise OAuth2Error("Who signed in could not be verified.") from error
        if claims.sub != info.sub:
            raise OAuth2Error("The ID token is about somebody else.")
        login = self.get_provider().sociallogin_from_response(request, info.model_dump())
        login.granted_scope = str(answer.get("scope", ""))
        login.id_token_nonce = claims.nonce
        return login
