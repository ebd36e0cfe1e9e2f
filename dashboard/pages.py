"""What all pages of the dashboard have in common."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.operators.models import Role
from accounts.operators.roles import needs_role, role_of
from dashboard.asked_range import asked_range
from dashboard.ranges import RANGES, Range

View = Callable[..., HttpResponseBase]


def page_of_the_dashboard(view: View) -> View:
    """Serve whoever has a role."""

    def served(request: HttpRequest, _: User, /, **kwargs: Any) -> HttpResponseBase:
        return view(request, **kwargs)

    return wraps(view)(require_safe(needs_role(Role.VIEWER)(served)))


@dataclass(frozen=True)
class Visit:
    """One look at a page."""

    now: datetime
    shown: Range
    problem: str
    """What is wrong with the range that was asked for, "" if nothing is."""
    sees_people: bool
    """Whether they may act on people, and so look them up."""
    names_people: bool
    """Whether they may read who used a client."""


def visit(request: HttpRequest) -> Visit:
    now = timezone.localtime(datetime.now(UTC))
    asked = asked_range(request, now)
    role = role_of(request.user) or Role.VIEWER
    return Visit(now, asked.range, asked.problem, role >= Role.OPERATOR, role >= Role.ADMIN)


def show(
    request: HttpRequest, template: str, visit: Visit, context: dict[str, Any]
) -> HttpResponse:
    status = HTTPStatus.BAD_REQUEST if visit.problem else HTTPStatus.OK
    return render(request, template, {**_common(request, visit), **context}, status=status)


def _common(request: HttpRequest, visit: Visit) -> dict[str, Any]:
    about = request.GET.copy()
    for name in ("range", "day", "from", "to", "page"):
        about.pop(name, None)
    return {
        "ranges": RANGES.values(),
        "shown": visit.shown,
        "from_local": _as_input(visit.shown.start),
        "to_local": _as_input(visit.shown.end),
        "today": timezone.localdate(visit.now).isoformat(),
        "range_problem": visit.problem,
        "now": visit.now,
        "zone": timezone.get_current_timezone_name(),
        "about": about.urlencode(),
        "about_items": about.items(),
        "endpoint_url": settings.PUBLIC_URL + reverse("mcpendpoint:shared"),
    }


def _as_input(at: datetime) -> str:
    """Write a time as <input type=datetime-local> has it."""
    return timezone.localtime(at).strftime("%Y-%m-%dT%H:%M")
