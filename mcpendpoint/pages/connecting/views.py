"""The list of clients, the guide to one, and what the guide asks while its person waits."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.signed_in import for_users, is_htmx, person_of
from mcpendpoint.pages.connecting.shown import (
    choose_context,
    client_called,
    guide_context,
    waiting_for,
    way_of,
)


@require_safe
@never_cache
def choose(request: HttpRequest) -> HttpResponse:
    context = choose_context(request, person_of(request))
    return render(request, "mcpendpoint/connecting/choose.html", context)


@require_safe
@never_cache
def guide(request: HttpRequest, slug: str) -> HttpResponse:
    client = client_called(slug)
    context = guide_context(request, person_of(request), client, way=way_of(request, client))
    return render(request, "mcpendpoint/connecting/guide.html", context)


@require_safe
@for_users
def waiting(request: HttpRequest, user: User, slug: str) -> HttpResponseBase:
    """Return the part of the page that says how far the client is; 204 for nothing new."""
    client = client_called(slug)
    found = waiting_for(request, user, way_of(request, client))
    if not is_htmx(request):
        return redirect(f"{reverse('connect:client', args=[slug])}?{found.query}")
    if request.GET.get("mark") == found.mark:
        return HttpResponse(status=204)
    context = {"client": client, "waiting": found}
    return render(request, "mcpendpoint/connecting/_waiting.html", context)
