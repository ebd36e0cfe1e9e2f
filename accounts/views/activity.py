from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.audit_export import FORMATS, export
from accounts.audit_search import AuditFilter, page_context
from accounts.models import User
from accounts.signed_in import for_users


@require_safe
@for_users
def activity(request: HttpRequest, user: User) -> HttpResponse:
    context = page_context(AuditFilter(request.GET), user.audit_events.all(), request.GET)
    return render(request, "accounts/activity.html", context)


@require_safe
@for_users
def export_activity(request: HttpRequest, user: User, format_name: str) -> HttpResponseBase:
    if format_name not in FORMATS:
        raise Http404("There is no such format.")
    form = AuditFilter(request.GET)
    if not form.is_valid():
        return HttpResponse("The filter is not valid.", status=400, content_type="text/plain")
    return export(form.apply(user.audit_events.all()), format_name)
