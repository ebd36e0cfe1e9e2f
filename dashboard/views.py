"""The dashboard's page and its JSON, both for admins; the JSON for DASHBOARD_TOKEN, too."""

from datetime import UTC, datetime
from http import HTTPStatus

import orjson
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.admins import is_admin
from dashboard.machine_access import problem, refusal_of
from dashboard.pages import PAGE_ROWS, page_context, series_json
from dashboard.ranges import DEFAULT_RANGE, RANGES
from dashboard.reading import read_snapshot


@require_safe
@never_cache
@login_required
def overview(request: HttpRequest) -> HttpResponse:
    if not is_admin(request.user):
        return render(request, "dashboard/forbidden.html", status=HTTPStatus.FORBIDDEN)
    asked = request.GET.get("range") or DEFAULT_RANGE.name
    shown = RANGES.get(asked)
    snapshot = read_snapshot(shown or DEFAULT_RANGE, datetime.now(UTC), PAGE_ROWS)
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
    if refusal := refusal_of(request):
        return refusal
    shown = RANGES.get(request.GET.get("range", DEFAULT_RANGE.name))
    if shown is None:
        return problem(HTTPStatus.BAD_REQUEST, f"range should be one of {', '.join(RANGES)}.")
    snapshot = read_snapshot(shown, datetime.now(UTC))
    return HttpResponse(
        orjson.dumps(snapshot.as_json(), option=orjson.OPT_UTC_Z), content_type="application/json"
    )
