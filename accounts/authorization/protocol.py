"""Hands requests to oauthlib: each parameter from where it belongs, and only what we know.

oauthlib takes any parameter from query and body alike, of any name, also of its own attributes.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, QueryDict
from django.urls import reverse
from oauth2_provider.oauth2_backends import OAuthLibCore

from accounts.authorization.scopes import read_scopes, write_scopes

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
            return request.path, "POST", _known(request.POST, _IN_BODY), headers
        # Also when the person's decision is posted: what they decided about stands in the query.
        return f"{request.path}?{_known(request.GET, _IN_QUERY)}", "GET", "", headers


def _known(given: QueryDict, names: Sequence[str]) -> str:
    pairs = [
        (name, value)
        for name in names
        for value in given.getlist(name)
        # RFC 6749 section 3.1: a parameter without a value is one that was left out.
        if value and name != "scope"
    ]
    # RFC 6749 section 3.3: what is asked for beyond what we have (`offline_access`, another
    # server's) is ignored, and the answer says what was given. Nothing left: the default.
    scope = write_scopes(read_scopes(" ".join(given.getlist("scope"))))
    return urlencode([*pairs, ("scope", scope)] if scope else pairs)


@lru_cache(maxsize=1)
def core() -> McpCore:
    return McpCore()
