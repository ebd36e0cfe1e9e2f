"""Hands requests to oauthlib: each parameter from where it belongs, and only those we know.

oauthlib takes any parameter from query and body alike, of any name, also of its own attributes.
"""

from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from oauth2_provider.oauth2_backends import OAuthLibCore

_IN_QUERY = (
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
    "resource",
)
_IN_BODY = (
    "grant_type",
    "client_id",
    "client_secret",
    "code",
    "code_verifier",
    "redirect_uri",
    "refresh_token",
    "scope",
    "resource",
    "token",
    "token_type_hint",
)


class McpCore(OAuthLibCore):
    def _extract_params(self, request: HttpRequest) -> tuple[str, str, str, dict[str, Any]]:
        headers = self.extract_headers(request)
        if request.path != reverse("authorization:authorize"):
            body = [(name, value) for name in _IN_BODY for value in request.POST.getlist(name)]
            return request.path, "POST", urlencode(body), headers
        # Also when the person's decision is posted: what they decided about stands in the query.
        query = [(name, value) for name in _IN_QUERY for value in request.GET.getlist(name)]
        return f"{request.path}?{urlencode(query)}", "GET", "", headers


@lru_cache(maxsize=1)
def core() -> McpCore:
    return McpCore()
