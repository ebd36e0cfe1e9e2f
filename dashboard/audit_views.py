"""The audit log of everybody, for admins."""

from http import HTTPStatus

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import audit
from accounts.audit import Action
from accounts.audit_export import FORMATS, export
from accounts.audit_search import AdminAuditFilter, page_context
from accounts.models import AuditEvent, User


@require_safe
@never_cache
@login_required
def audit_log(request: HttpRequest) -> HttpResponse:
    if not request.user.is_staff:
        return _forbid(request)
    form = AdminAuditFilter(request.GET)
    context = page_context(form, AuditEvent.objects.all(), request.GET)
    return render(request, "dashboard/audit.html", {**context, "shows_people": True})


@require_safe
@never_cache
@login_required
def export_audit_log(request: HttpRequest, format_name: str) -> HttpResponseBase:
    if not request.user.is_staff or not isinstance(request.user, User):
        return _forbid(request)
    if format_name not in FORMATS:
        raise Http404("There is no such format.")
    form = AdminAuditFilter(request.GET)
    if not form.is_valid():
        return HttpResponse("The filter makes no sense.", status=400, content_type="text/plain")
    asked = {name: str(value) for name, value in form.cleaned_data.items() if value}
    audit.record(Action.AUDIT_EXPORTED, request.user, detail={"format": format_name, **asked})
    return export(form.apply(AuditEvent.objects.all()), format_name)


def _forbid(request: HttpRequest) -> HttpResponse:
    return render(request, "dashboard/forbidden.html", status=HTTPStatus.FORBIDDEN)
