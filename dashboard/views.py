"""The first page of the dashboard and its JSON, for whoever has a role; the JSON for
DASHBOARD_TOKEN, too.
"""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.operators.models import Role
from accounts.operators.roles import has_role
from dashboard.alerts.firing import fires_now
from dashboard.asked_range import asked_range
from dashboard.machine_access import problem, refusal_of
from dashboard.overview import ROWS, build_overview
from dashboard.pages import page_of_the_dashboard, show, visit
from dashboard.privacy import without_people
from dashboard.reading import read_before, read_snapshot
from dashboard.reference_json import read_transport_metrics


@page_of_the_dashboard
def overview(request: HttpRequest) -> HttpResponse:
    now = visit(request)
    snapshot = read_snapshot(now.shown, now.now, ROWS)
    if not now.sees_people:
        snapshot = without_people(snapshot)
    page = build_overview(snapshot, read_before(now.shown), now.shown)
    context = {"page": page, "fires": fires_now()}
    return show(request, "dashboard/overview.html", now, context)


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    if refusal := refusal_of(request):
        return refusal
    now = datetime.now(UTC)
    asked = asked_range(request, now)
    if asked.problem:
        return problem(HTTPStatus.BAD_REQUEST, asked.problem)
    snapshot = read_snapshot(asked.range, now)
    if not has_role(request.user, Role.OPERATOR):  # and so a program with a token
        snapshot = without_people(snapshot)
    return _json(snapshot.as_json())


@require_safe
@never_cache
def transport_metrics(request: HttpRequest) -> HttpResponse:
    """Tell programs that read them from huggingface/hf-mcp-server the same numbers."""
    return refusal_of(request) or _json(read_transport_metrics(datetime.now(UTC)))


def _json(content: Any) -> HttpResponse:
    return HttpResponse(
        orjson.dumps(content, option=orjson.OPT_UTC_Z), content_type="application/json"
    )
