"""The first page of the dashboard and its JSON, both for admins."""

from datetime import UTC, datetime
from http import HTTPStatus

import orjson
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.admins import is_admin
from dashboard.asked_range import asked_range
from dashboard.overview import ROWS, build_overview
from dashboard.pages import page_of_the_dashboard, show, visit
from dashboard.reading import read_before, read_snapshot


@page_of_the_dashboard
def overview(request: HttpRequest) -> HttpResponse:
    now = visit(request)
    snapshot = read_snapshot(now.shown, now.now, ROWS)
    page = build_overview(snapshot, read_before(now.shown), now.shown)
    return show(request, "dashboard/overview.html", now, {"page": page, "data": page.as_data()})


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return _problem(HTTPStatus.UNAUTHORIZED, "Sign in to see the metrics.")
    if not is_admin(request.user):
        return _problem(HTTPStatus.FORBIDDEN, "Only admins may see the metrics.")
    now = datetime.now(UTC)
    asked = asked_range(request, now)
    if asked.problem:
        return _problem(HTTPStatus.BAD_REQUEST, asked.problem)
    snapshot = read_snapshot(asked.range, now)
    return HttpResponse(
        orjson.dumps(snapshot.as_json(), option=orjson.OPT_UTC_Z), content_type="application/json"
    )


def _problem(status: HTTPStatus, message: str) -> JsonResponse:
    return JsonResponse({"error": message}, status=status)
