"""What clients talk to without a browser. No cookie is looked at."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from accounts.addresses import client_address
from accounts.authorization.protocol import core
from accounts.authorization.registration import RegistrationRefused, register_client
from accounts.authorization.throttle import TooMany, count_registration, count_token_request
from accounts.connecting import Stage, report_stranger
from accounts.housekeeping import tidy_up_behind

MAX_FORM_BYTES = 65_536

View = Callable[[HttpRequest], HttpResponse]


def for_clients(view: View) -> View:
    """Answer what stops a request as programs read it, and keep it out of caches."""

    @wraps(view)
    def answer(request: HttpRequest) -> HttpResponse:
        try:
            response = view(request)
        except TooMany as error:
            response = _error(429, "temporarily_unavailable", str(error))
            response["Retry-After"] = str(error.retry_after_seconds)
        except (RequestDataTooBig, TooManyFieldsSent):
            response = _error(413, "invalid_request", "The request is too large.")
        except UnreadablePostError:
            response = _error(400, "invalid_request", "The request ended before its end.")
        response["Cache-Control"] = "no-store"
        return response

    return csrf_exempt(require_POST(answer))


@for_clients
@sensitive_post_parameters()
def token(request: HttpRequest) -> HttpResponse:
    count_token_request(client_address(request))
    _url, headers, body, status = core().create_token_response(_with_form(request))
    return HttpResponse(
        body, status=status, headers={"Content-Type": "application/json", **headers}
    )


@for_clients
@sensitive_post_parameters()
def revoke(request: HttpRequest) -> HttpResponse:
    """RFC 7009."""
    count_token_request(client_address(request))
    _url, headers, body, status = core().create_revocation_response(_with_form(request))
    return HttpResponse(
        body, status=status, headers={"Content-Type": "application/json", **headers}
    )


@for_clients
def register(request: HttpRequest) -> HttpResponse:
    """RFC 7591: anybody may register, so a registration is worth nothing by itself."""
    count_registration(client_address(request))
    try:
        answer = register_client(request.body)
    except RegistrationRefused as error:
        report_stranger(Stage.REGISTRATION_REFUSED, client_address(request))
        return _error(400, error.code, str(error))
    tidy_up_behind()
    return JsonResponse(answer, status=201)


def _with_form(request: HttpRequest) -> HttpRequest:
    """Let POST be what was sent as JSON, too: some clients do, against RFC 6749.

    Raises RequestDataTooBig.
    """
    if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_FORM_BYTES:
        raise RequestDataTooBig
    if request.content_type == "application/json":
        form = QueryDict(mutable=True)
        for name, value in _object(request.body).items():
            form.setlist(name, [each for each in _listed(value) if isinstance(each, str)])
        request.POST = form  # type: ignore[assignment]  # what Django itself sets it to
    return request


def _object(body: bytes) -> dict[str, Any]:
    try:
        given = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return given if isinstance(given, dict) else {}


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _error(status: int, code: str, description: str) -> JsonResponse:
    return JsonResponse({"error": code, "error_description": description}, status=status)
