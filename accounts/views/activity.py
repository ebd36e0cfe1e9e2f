from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.audit_export import FORMATS, export
from accounts.audit_search import OF_ADMINS, OF_NOBODY, AuditFilter, page_context
from accounts.models import User
from accounts.operators.roles import role_of
from accounts.signed_in import for_users


@require_safe
@for_users
def activity(request: HttpRequest, user: User) -> HttpResponse:
    context = page_context(_filter(request, user), user.audit_events.all(), request.GET)
    return render(request, "accounts/activity.html", context)


@require_safe
@for_users
def export_activity(request: HttpRequest, user: User, format_name: str) -> HttpResponseBase:
    if format_name not in FORMATS:
        raise Http404("There is no such format.")
    form = _filter(request, user)
    if not form.is_valid():
        return HttpResponse("The filter is not valid.", status=400, content_type="text/plain")
    return export(form.apply(user.audit_events.all()), format_name)


def _filter(request: HttpRequest, user: User) -> AuditFilter:
    """Offer what can be in one's own log; a former operator finds the rest under "Everything"."""
    never = OF_NOBODY if role_of(user) else OF_NOBODY | OF_ADMINS
    return AuditFilter(request.GET, never=never)
