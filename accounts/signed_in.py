"""Guards the views that belong to somebody."""

from collections.abc import Callable
from functools import update_wrapper
from typing import Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import resolve_url
from django.views.decorators.cache import never_cache
from django_htmx.http import HttpResponseClientRedirect

from accounts.models import User

P = ParamSpec("P")

UserView = Callable[Concatenate[HttpRequest, User, P], HttpResponseBase]


def for_users(view: UserView[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Pass the user on to the view, and send others to sign in first, out of a fragment too."""

    @never_cache
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if isinstance(request.user, User):
            return view(request, request.user, *args, **kwargs)
        is_page = request.method == "GET" and not is_htmx(request)
        onward = request.get_full_path() if is_page else resolve_url("accounts:settings")
        response = redirect_to_login(onward)
        return HttpResponseClientRedirect(response.url) if is_htmx(request) else response

    update_wrapper(guarded, view)
    return guarded


def is_htmx(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"
