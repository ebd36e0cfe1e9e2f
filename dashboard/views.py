"""The dashboard's page and its JSON, both for whoever has a role."""

from datetime import UTC, datetime
from http import HTTPStatus

import orjson
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.operators.models import Role
from accounts.operators.roles import has_role, needs_role, role_of
from dashboard.pages import PAGE_ROWS, page_context, series_json
from dashboard.privacy import without_people
from dashboard.ranges import DEFAULT_RANGE, RANGES
from dashboard.reading import read_snapshot


@require_safe
@needs_role(Role.VIEWER)
def overview(request: HttpRequest, user: User) -> HttpResponse:
    asked = request.GET.get("range") or DEFAULT_RANGE.name
    shown = RANGES.get(asked)
    snapshot = read_snapshot(shown or DEFAULT_RANGE, datetime.now(UTC), PAGE_ROWS)
    if not has_role(user, Role.OPERATOR):
        snapshot = without_people(snapshot)
    context = {
        "ranges": RANGES.values(),
        "unknown_range": "" if shown else asked[:40],
        "series": series_json(snapshot),
        **page_context(snapshot),
    }
    status = HTTPStatus.OK if shown else HTTPStatus.BAD_REQUEST
    return render(request, "dashboard/overview.html", context, status=status)


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return _problem(HTTPStatus.UNAUTHORIZED, "Sign in to see the metrics.")
    role = role_of(request.user)
    if role is None:
        return _problem(HTTPStatus.FORBIDDEN, "Only who has a role here may see the metrics.")
    shown = RANGES.get(request.GET.get("range", DEFAULT_RANGE.name))
    if shown is None:
        return _problem(HTTPStatus.BAD_REQUEST, f"range should be one of {', '.join(RANGES)}.")
    snapshot = read_snapshot(shown, datetime.now(UTC))
    if role < Role.OPERATOR:
        snapshot = without_people(snapshot)
    return HttpResponse(
        orjson.dumps(snapshot.as_json(), option=orjson.OPT_UTC_Z), content_type="application/json"
    )


def _problem(status: HTTPStatus, message: str) -> JsonResponse:
    return JsonResponse({"error": message}, status=status)
