"""The first page of the dashboard, for admins, and its JSON: for them, and for DASHBOARD_TOKEN."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from dashboard.asked_range import asked_range
from dashboard.machine_access import problem, refusal_of
from dashboard.overview import ROWS, build_overview
from dashboard.pages import page_of_the_dashboard, show, visit
from dashboard.reading import read_before, read_snapshot
from dashboard.reference_json import read_transport_metrics


@page_of_the_dashboard
def overview(request: HttpRequest) -> HttpResponse:
    now = visit(request)
    snapshot = read_snapshot(now.shown, now.now, ROWS)
    page = build_overview(snapshot, read_before(now.shown), now.shown)
    return show(request, "dashboard/overview.html", now, {"page": page, "data": page.as_data()})


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    if refusal := refusal_of(request):
        return refusal
    now = datetime.now(UTC)
    asked = asked_range(request, now)
    if asked.problem:
        return problem(HTTPStatus.BAD_REQUEST, asked.problem)
    return _json(read_snapshot(asked.range, now).as_json())


@require_safe
@never_cache
def transport_metrics(request: HttpRequest) -> HttpResponse:
    """Tell programs that read them from huggingface/hf-mcp-server the same numbers."""
    return refusal_of(request) or _json(read_transport_metrics(datetime.now(UTC)))


def _json(content: Any) -> HttpResponse:
    return HttpResponse(
        orjson.dumps(content, option=orjson.OPT_UTC_Z), content_type="application/json"
    )
