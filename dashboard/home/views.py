from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.signed_in import person_of
from dashboard.home.page import home_context
from mcpendpoint.pages.front import front


@require_safe
@never_cache
def home(request: HttpRequest) -> HttpResponse:
    """Show who is signed in how their assistants are, and others what this server is for."""
    if user := person_of(request):
        return render(request, "home/home.html", home_context(request, user))
    return front(request)
