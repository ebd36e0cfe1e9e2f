"""The audit log of everybody, for admins."""

from hashlib import sha256
from http import HTTPStatus

from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import audit
from accounts.admins import is_admin
from accounts.audit import Action
from accounts.audit_export import FORMATS, export
from accounts.audit_search import AdminAuditFilter, page_context
from accounts.models import AuditEvent, User

SAME_READING_SECONDS = 600
MAX_FILTER = 300


@require_safe
@never_cache
@login_required
def audit_log(request: HttpRequest) -> HttpResponse:
    if not isinstance(request.user, User) or not is_admin(request.user):
        return _forbid(request)
    form = AdminAuditFilter(request.GET)
    _note_reading(request.user, request.GET.urlencode())
    context = page_context(form, AuditEvent.objects.all(), request.GET)
    return render(request, "dashboard/audit.html", {**context, "shows_people": True})


@require_safe
@never_cache
@login_required
def export_audit_log(request: HttpRequest, format_name: str) -> HttpResponseBase:
    if not isinstance(request.user, User) or not is_admin(request.user):
        return _forbid(request)
    if format_name not in FORMATS:
        raise Http404("There is no such format.")
    form = AdminAuditFilter(request.GET)
    if not form.is_valid():
        return HttpResponse("The filter is not valid.", status=400, content_type="text/plain")
    asked = {name: str(value) for name, value in form.cleaned_data.items() if value}
    audit.record(Action.AUDIT_EXPORTED, request.user, detail={"format": format_name, **asked})
    return export(form.apply(AuditEvent.objects.all()), format_name)


def _note_reading(user: User, query: str) -> None:
    """Put what an admin looks at into the log, once for a while."""
    looked_at = sha256(query.encode()).hexdigest()
    if cache.add(f"audit-read:{user.pk}:{looked_at}", True, SAME_READING_SECONDS):
        audit.record(Action.AUDIT_READ, user, detail={"filter": query[:MAX_FILTER]})


def _forbid(request: HttpRequest) -> HttpResponse:
    return render(request, "dashboard/forbidden.html", status=HTTPStatus.FORBIDDEN)
