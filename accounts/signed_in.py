"""What views of pages share: whose they are, and how they are rendered."""

from collections.abc import Callable, Coroutine
from contextlib import suppress
from functools import update_wrapper
from typing import Any, Concatenate, ParamSpec

from asgiref.sync import sync_to_async
from django.contrib import messages
from django.contrib.auth import get_user
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render, resolve_url
from django.views.decorators.cache import never_cache
from django_htmx.http import HttpResponseClientRedirect

from accounts.models import User
from accounts.outgoing import callers
from accounts.profiles.editing import (
    EditedProfileGone,
    OtherProfileEdited,
    check_shown,
    edited_profile,
)
from accounts.sessions import SessionStore

P = ParamSpec("P")

UserView = Callable[Concatenate[HttpRequest, User, P], HttpResponseBase]
AsyncView = Callable[Concatenate[HttpRequest, User, P], Coroutine[Any, Any, HttpResponseBase]]
AsyncGuarded = Callable[Concatenate[HttpRequest, P], Coroutine[Any, Any, HttpResponseBase]]


def for_users(view: UserView[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Pass the user on to the view, and send others to sign in first, out of a fragment too."""

    @never_cache
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not isinstance(request.user, User):
            return _to_sign_in(request)
        if refusal := _note_profile(request, request.user):
            return refusal
        return view(request, request.user, *args, **kwargs)

    update_wrapper(guarded, view)
    return guarded


def for_users_async(view: AsyncView[P]) -> AsyncGuarded[P]:
    """Do the same for an async view, which also counts what it asks other servers as theirs."""

    @never_cache
    async def guarded(
        request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponseBase:
        user = await request.auser()
        if isinstance(user, User):
            callers.note_person(str(user.pk))
            if refusal := await _note_profile_async(request, user):
                return refusal
            return await view(request, user, *args, **kwargs)
        return await sync_to_async(_to_sign_in)(request)

    update_wrapper(guarded, view)
    return guarded


def person_of(request: HttpRequest) -> User | None:
    """Return who is signed in, at a page that is there for others too; None for nobody."""
    if not isinstance(request.user, User):
        return None
    with suppress(EditedProfileGone):
        request.user.edited_profile = edited_profile(request, request.user)
    return request.user


def _note_profile(request: HttpRequest, user: User) -> HttpResponse | None:
    """Note which profile a request is about; refuse to change another than was meant."""
    try:
        user.edited_profile = edited_profile(request, user)
        check_shown(request)
    except EditedProfileGone:
        if request.method == "POST":
            return _to_profiles(request, "The profile that you were editing is gone")
    except OtherProfileEdited:
        return _to_profiles(request, "You are editing another profile by now than this page showed")
    return None


def _to_profiles(request: HttpRequest, why: str) -> HttpResponse:
    messages.warning(request, f"{why}, so nothing was saved.")
    url = resolve_url("profiles:list")
    return HttpResponseClientRedirect(url) if is_htmx(request) else redirect(url)


_note_profile_async = sync_to_async(_note_profile)


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    is_page = request.method == "GET" and not is_htmx(request)
    if request.method != "GET":
        messages.warning(request, "You were signed out, so nothing was saved. Sign in again.")
    onward = request.get_full_path() if is_page else resolve_url("accounts:settings")
    response = redirect_to_login(onward)
    return HttpResponseClientRedirect(response.url) if is_htmx(request) else response


def signed_in_by_now(session_key: str | None) -> User | None:
    """Return who is signed in with a session at this moment, whatever a request knew of it."""
    request = HttpRequest()
    request.session = SessionStore(session_key)
    user = get_user(request)
    return user if isinstance(user, User) else None


render_page = sync_to_async(render)
"""For async views: templates look things up, such as whether the person is an admin."""


def is_htmx(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"
