"""Who may read the dashboard's JSON: signed-in admins, and programs with DASHBOARD_TOKEN."""

from hmac import compare_digest
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, JsonResponse

from accounts.operators.roles import role_of


def refusal_of(request: HttpRequest) -> JsonResponse | None:
    """Return the answer to who may not."""
    authorization = request.headers.get("Authorization")
    if authorization is not None:
        if _is_token(authorization):
            return None
        return problem(HTTPStatus.UNAUTHORIZED, "This is not DASHBOARD_TOKEN.")
    if not request.user.is_authenticated:
        return problem(HTTPStatus.UNAUTHORIZED, "Sign in, or send DASHBOARD_TOKEN.")
    if role_of(request.user) is None:
        return problem(HTTPStatus.FORBIDDEN, "Only who has a role here may see the metrics.")
    return None


def problem(status: HTTPStatus, message: str) -> JsonResponse:
    return JsonResponse({"error": message}, status=status)


def _is_token(authorization: str) -> bool:
    expected = f"Bearer {settings.DASHBOARD_TOKEN}"
    return bool(settings.DASHBOARD_TOKEN) and compare_digest(
        authorization.encode(), expected.encode()
    )
