"""Error responses in the format that the client expects: a page for
people, JSON for programs. 503 with Retry-After where the same may work later.

The endpoint answers by itself, in JSON-RPC.
"""

import sys
from http import HTTPStatus

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve
from redis import RedisError

from accounts.database import RETRY_AFTER_SECONDS, UNAVAILABLE

MAY_WORK_LATER = (*UNAVAILABLE, RedisError)

OAUTH_ROUTES = frozenset(f"authorization:{name}" for name in ("token", "register", "revoke"))
JSON_ROUTES = frozenset({"authorization:jwks", "dashboard:metrics", "transport-metrics"})

BUSY = "This server cannot reach its database or is too busy. Try again soon."
BROKEN = "This server failed. It has logged why."


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say what is wrong with a request, where we know (Django's handler400)."""
    context = {"is_for_another_host": isinstance(exception, DisallowedHost)}
    return HttpResponse(render_to_string("400.html", context), status=HTTPStatus.BAD_REQUEST)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer for the exception that is being handled (Django's handler500)."""
    is_for_now = isinstance(sys.exc_info()[1], MAY_WORK_LATER)
    status = HTTPStatus.SERVICE_UNAVAILABLE if is_for_now else HTTPStatus.INTERNAL_SERVER_ERROR
    response = _in_the_form_for(_route_of(request), status)
    if is_for_now:
        response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    response["Cache-Control"] = "no-store"
    return response


def _in_the_form_for(route: str, status: HTTPStatus) -> HttpResponse:
    is_for_now = status == HTTPStatus.SERVICE_UNAVAILABLE
    message = BUSY if is_for_now else BROKEN
    if route in OAUTH_ROUTES:  # RFC 6749 section 4.1.2.1 has these words
        error = "temporarily_unavailable" if is_for_now else "server_error"
        return JsonResponse({"error": error, "error_description": message}, status=status)
    if route in JSON_ROUTES:
        return JsonResponse({"error": message}, status=status)
    return HttpResponse(render_to_string(f"{status}.html"), status=status)


def _route_of(request: HttpRequest) -> str:
    try:
        return resolve(request.path_info).view_name
    except Resolver404:
        return ""
