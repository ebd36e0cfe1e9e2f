"""What clients talk to without a browser. No cookie is looked at."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from accounts.addresses import client_address
from accounts.authorization.housekeeping import tidy_up_after_registration
from accounts.authorization.protocol import core
from accounts.authorization.registration import RegistrationRefused, register_client
from accounts.authorization.throttle import TooManyRegistrations, count_registration


@csrf_exempt
@require_POST
@sensitive_post_parameters()
def token(request: HttpRequest) -> HttpResponse:
    _url, headers, body, status = core().create_token_response(request)
    return _answer(headers, body, status)


@csrf_exempt
@require_POST
@sensitive_post_parameters()
def revoke(request: HttpRequest) -> HttpResponse:
    """RFC 7009."""
    _url, headers, body, status = core().create_revocation_response(request)
    return _answer(headers, body, status)


@csrf_exempt
@require_POST
def register(request: HttpRequest) -> HttpResponse:
    """RFC 7591: anybody may register, so a registration is worth nothing by itself."""
    try:
        count_registration(client_address(request))
        answer = register_client(request.body)
    except TooManyRegistrations as error:
        response = _error(429, "temporarily_unavailable", str(error))
        response["Retry-After"] = str(error.retry_after_seconds)
        return response
    except RegistrationRefused as error:
        return _error(400, error.code, str(error))
    tidy_up_after_registration()
    return JsonResponse(answer, status=201, headers={"Cache-Control": "no-store"})


def _answer(headers: dict[str, str], body: str, status: int) -> HttpResponse:
    given = {"Content-Type": "application/json", "Cache-Control": "no-store", **headers}
    return HttpResponse(body, status=status, headers=given)


def _error(status: int, code: str, description: str) -> JsonResponse:
    body: dict[str, Any] = {"error": code, "error_description": description}
    return JsonResponse(body, status=status, headers={"Cache-Control": "no-store"})
