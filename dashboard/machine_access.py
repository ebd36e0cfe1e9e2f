"""Who may read the dashboard's JSON: signed-in admins, and programs with DASHBOARD_TOKEN."""

from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, JsonResponse

from accounts.bearer import is_bearer_of
from accounts.operators.roles import role_of


def refusal_of(request: HttpRequest) -> JsonResponse | None:
    """Return the answer to who may not."""
    authorization = request.headers.get("Authorization")
    if authorization is not None:
        if is_bearer_of(authorization, settings.DASHBOARD_TOKEN):
            return None
        return problem(HTTPStatus.UNAUTHORIZED, "This is not DASHBOARD_TOKEN.")
    if not request.user.is_authenticated:
        return problem(HTTPStatus.UNAUTHORIZED, "Sign in, or send DASHBOARD_TOKEN.")
    if role_of(request.user) is None:
        return problem(HTTPStatus.FORBIDDEN, "Only who has a role here may see the metrics.")
    return None


def problem(status: HTTPStatus, message: str) -> JsonResponse:
    return JsonResponse({"error": message}, status=status)
