"""Authorization server metadata: RFC 8414, and OpenID Connect Discovery for some clients."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.authorization.registration import AUTH_METHODS, GRANT_TYPES, RESPONSE_TYPES
from accounts.authorization.scopes import Scope

_CACHED = {"Cache-Control": "public, max-age=300"}


@require_safe
def authorization_server(request: HttpRequest) -> JsonResponse:
    return JsonResponse(_metadata(), headers=_CACHED)


@require_safe
def openid_configuration(request: HttpRequest) -> JsonResponse:
    """The same, with what that document must have besides. No ID token is ever issued."""
    required = {
        "jwks_uri": _url("jwks"),
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
    }
    return JsonResponse({**_metadata(), **required}, headers=_CACHED)


@require_safe
def jwks(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"keys": []}, headers=_CACHED)


def _metadata() -> dict[str, Any]:
    return {
        "issuer": settings.PUBLIC_URL,
        "authorization_endpoint": _url("authorize"),
        "token_endpoint": _url("token"),
        "registration_endpoint": _url("register"),
        "revocation_endpoint": _url("revoke"),
        "response_types_supported": RESPONSE_TYPES,
        "response_modes_supported": ["query"],
        "grant_types_supported": GRANT_TYPES,
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": AUTH_METHODS,
        "revocation_endpoint_auth_methods_supported": AUTH_METHODS,
        "scopes_supported": [scope.value for scope in Scope],
        "authorization_response_iss_parameter_supported": True,
        "client_id_metadata_document_supported": settings.OAUTH_CLIENT_DOCUMENTS,
        "service_documentation": settings.PUBLIC_URL + reverse("mcpendpoint:shared"),
    }


def _url(name: str) -> str:
    return str(settings.PUBLIC_URL) + reverse(f"authorization:{name}")
