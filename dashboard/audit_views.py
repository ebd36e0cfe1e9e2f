"""The audit log of everybody, for operators."""

from hashlib import sha256

from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import audit
from accounts.audit import Action
from accounts.audit_export import FORMATS, export
from accounts.audit_search import AdminAuditFilter, page_context
from accounts.models import AuditEvent, User
from accounts.operators.models import Role
from accounts.operators.roles import needs_role

SAME_READING_SECONDS = 600
MAX_FILTER = 300


@require_safe
@needs_role(Role.OPERATOR)
def audit_log(request: HttpRequest, user: User) -> HttpResponse:
    form = AdminAuditFilter(request.GET)
    _note_reading(user, request.GET.urlencode())
    context = page_context(form, AuditEvent.objects.all(), request.GET)
    return render(request, "dashboard/audit.html", {**context, "shows_people": True})


@require_safe
@needs_role(Role.OPERATOR)
def export_audit_log(request: HttpRequest, user: User, format_name: str) -> HttpResponseBase:
    if format_name not in FORMATS:
        raise Http404("There is no such format.")
    form = AdminAuditFilter(request.GET)
    if not form.is_valid():
        return HttpResponse("The filter is not valid.", status=400, content_type="text/plain")
    asked = {name: str(value) for name, value in form.cleaned_data.items() if value}
    audit.record(Action.AUDIT_EXPORTED, user, detail={"format": format_name, **asked})
    return export(form.apply(AuditEvent.objects.all()), format_name)


def _note_reading(user: User, query: str) -> None:
    """Put what an operator looks at into the log, once for a while."""
    looked_at = sha256(query.encode()).hexdigest()
    if cache.add(f"audit-read:{user.pk}:{looked_at}", True, SAME_READING_SECONDS):
        audit.record(Action.AUDIT_READ, user, detail={"filter": query[:MAX_FILTER]})
