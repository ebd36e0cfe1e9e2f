"""Ends the session of a client, for operators."""

from asgiref.sync import async_to_sync
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts import audit
from accounts.audit import Action
from accounts.models import User
from accounts.operators.models import Role
from accounts.operators.roles import needs_role
from dashboard.connections_shown import StreamNow
from dashboard.reading_connections import stream_of_session
from mcpendpoint.push.ended_sessions import ended_sessions


@require_http_methods(["GET", "POST"])
@needs_role(Role.OPERATOR)
def end_session(request: HttpRequest, user: User, number: str) -> HttpResponseBase:
    """Ask first, then end it at every worker: its streams end, and its id is known no more."""
    stream = stream_of_session(number, timezone.now())
    if stream is None:
        raise Http404("No open stream is of such a session.")
    if request.method == "POST":
        return _end(request, user, stream)
    return _ask(request, stream)


def _ask(request: HttpRequest, stream: StreamNow) -> HttpResponse:
    return render(request, "dashboard/end_session.html", {"stream": stream})


def _end(request: HttpRequest, operator: User, stream: StreamNow) -> HttpResponseBase:
    async_to_sync(ended_sessions.end)(stream.session)
    detail = {"of": stream.username} if stream.username else {}
    audit.record(Action.SESSION_ENDED, operator, client=stream.client_name, detail=detail)
    messages.success(request, "The session is ended. Most clients begin a new one by themselves.")
    return redirect("dashboard:overview")
