"""Addresses that are nearly somebody's: nothing is there, and who waits for a client is told."""

from typing import NoReturn

from django.http import Http404, HttpRequest
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from accounts.connecting import Stage
from mcpendpoint.access.arrivals import arrivals


@csrf_exempt
async def near_miss(request: HttpRequest, username: str, rest: str = "") -> NoReturn:
    """Raises Http404."""
    arrivals.note_at(username, Stage.NO_SUCH_ADDRESS, path=request.path)
    raise Http404("There is nothing at this address.")


urlpatterns = [
    path("u/<str:username>", near_miss),
    path("u/<str:username>/<path:rest>", near_miss),
]
