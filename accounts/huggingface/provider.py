"""What we ask Hugging Face for at sign-in. Nothing of it can be changed from the URL."""

import secrets
from typing import Any

from allauth.socialaccount.providers.base import ProviderAccount
from allauth.socialaccount.providers.oauth2.provider import OAuth2Provider
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from accounts.huggingface.exchange import HuggingFaceExchange


class HuggingFaceProvider(OAuth2Provider):
    id = "huggingface"
    name = "Hugging Face"
    account_class = ProviderAccount
    oauth2_adapter_class = HuggingFaceExchange
    pkce_enabled_default = True

    def get_scope(self) -> list[str]:
        return list(settings.HF_OAUTH_SCOPES)

    def get_scope_from_request(self, request: HttpRequest) -> list[str]:
        return self.get_scope()

    def get_auth_params_from_request(self, request: HttpRequest, action: str) -> dict[str, str]:
        return self.get_auth_params()

    def redirect(
        self,
        request: HttpRequest,
        process: str,
        next_url: Any = None,
        data: Any = None,
        **kwargs: Any,
    ) -> HttpResponse:
        nonce = secrets.token_urlsafe(16)
        kwargs["auth_params"] = {**self.get_auth_params(), "nonce": nonce}
        kwargs.setdefault("scope", self.get_scope())
        # These go to the state that the session keeps, and come back with the callback.
        kept = {"nonce": nonce, "asked": kwargs["scope"]}
        return super().redirect(request, process, next_url, data, **kept, **kwargs)

    def extract_uid(self, data: dict[str, Any]) -> str:
        return str(data["sub"])


provider_classes = [HuggingFaceProvider]
