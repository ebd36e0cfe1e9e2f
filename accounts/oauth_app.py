"""How people sign in here, and what an operator does to have them sign in with Hugging Face."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.html import format_html_join

from accounts.addresses import oauth_callback_url


def sign_in_context(request: HttpRequest) -> dict[str, Any]:
    scopes = [*settings.HF_OAUTH_SCOPES, *settings.HF_OAUTH_FURTHER_SCOPES]
    return {
        "has_oauth": bool(settings.HF_OAUTH_CLIENT_ID),
        "takes_tokens": settings.SIGN_IN_WITH_TOKEN,
        "hub": settings.HF_ENDPOINT,
        "callback_url": oauth_callback_url(request),
        "env_lines": "HF_OAUTH_CLIENT_ID=…\nHF_OAUTH_CLIENT_SECRET=…",
        "scopes": format_html_join(", ", "<code>{}</code>", ((scope,) for scope in scopes)),
    }
