"""Ends the session of a client, for admins."""

from http import HTTPStatus

from asgiref.sync import async_to_sync
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import audit
from accounts.admins import is_admin
from accounts.audit import Action
from accounts.models import User
from dashboard.connections_shown import StreamNow
from dashboard.reading_connections import stream_of_session
from mcpendpoint.push.ended_sessions import ended_sessions


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def end_session(request: HttpRequest, number: str) -> HttpResponseBase:
    """Ask first, then end it at every worker: its streams end, and its id is known no more."""
    if not isinstance(request.user, User) or not is_admin(request.user):
        return render(request, "dashboard/forbidden.html", status=HTTPStatus.FORBIDDEN)
    stream = stream_of_session(number, timezone.now())
    if stream is None:
        raise Http404("No open stream is of such a session.")
    if request.method == "POST":
        return _end(request, request.user, stream)
    return _ask(request, stream)


def _ask(request: HttpRequest, stream: StreamNow) -> HttpResponse:
    return render(request, "dashboard/end_session.html", {"stream": stream})


def _end(request: HttpRequest, admin: User, stream: StreamNow) -> HttpResponseBase:
    async_to_sync(ended_sessions.end)(stream.session)
    detail = {"of": stream.username} if stream.username else {}
    audit.record(Action.SESSION_ENDED, admin, client=stream.client_name, detail=detail)
    messages.success(request, "The session is ended. Most clients begin a new one by themselves.")
    return redirect("dashboard:overview")
