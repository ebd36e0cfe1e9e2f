"""Answers pages about Spaces for people who signed in: htmx with a fragment, others with a page."""

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django.views.decorators.cache import never_cache
from django_htmx.http import HttpResponseClientRedirect

from accounts.credentials import SignInNeeded, hub_token
from accounts.identity import HubUnreachable
from accounts.models import User
from accounts.outgoing import callers
from accounts.signed_in import render_page

SPACES_CHANGED = "spaces-changed"
"""The event that the browser gets after something about a user's Spaces was changed."""

UserView = Callable[..., Coroutine[Any, Any, HttpResponseBase]]


class Refused(Exception):
    """Why something cannot be done, for the person who wanted it."""


def for_users(view: UserView) -> UserView:
    """Pass the user on to the view; send others to sign in first, out of a fragment too."""

    @never_cache
    @wraps(view)
    async def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        user = await request.auser()
        if isinstance(user, User):
            callers.note_person(str(user.pk))
            return await view(request, user, *args, **kwargs)
        settings_page = resolve_url("accounts:settings")
        response = redirect_to_login(settings_page)
        if is_htmx(request):
            return HttpResponseClientRedirect(response.url)
        return response

    return guarded


async def tell(request: HttpRequest, said: str, *, is_done: bool = True) -> HttpResponse:
    if not is_htmx(request):
        messages.add_message(request, messages.SUCCESS if is_done else messages.ERROR, said)
        return redirect(resolve_url("accounts:settings") + "#spaces")
    return await render_page(request, "accounts/_toast.html", {"toast": said})


async def token_of(user: User) -> str:
    try:
        return await hub_token(user.pk)
    except SignInNeeded as error:
        raise Refused(
            "Your connection to Hugging Face has expired. Sign out and in again, then repeat this."
        ) from error
    except HubUnreachable as error:
        raise Refused("Hugging Face cannot be reached right now. Try again soon.") from error


async def render(request: HttpRequest, name: str, context: dict[str, object]) -> HttpResponse:
    prefix = "_" if is_htmx(request) else ""
    response = await render_page(request, f"mcpendpoint/{prefix}{name}.html", context)
    response["Vary"] = "HX-Request"
    return response


def is_htmx(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"
