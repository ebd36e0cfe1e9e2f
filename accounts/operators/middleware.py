"""Keeps out of the pages who is blocked, or may not use this server any more.

A block of a network leaves its pages to admins, who could not undo it otherwise, and lets
everybody sign in: who is an admin is known after that.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, sync_to_async
from django.conf import settings
from django.contrib.auth import logout
from django.db import DatabaseError
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.decorators import sync_and_async_middleware
from django.utils.functional import SimpleLazyObject

from accounts.audit import request_address
from accounts.database import UNAVAILABLE
from accounts.models import User
from accounts.operators.access import refusal_of_user
from accounts.operators.block_list import block_list
from accounts.operators.models import Role
from accounts.operators.refusing import refusal_page
from accounts.operators.roles import has_role

Answer = HttpResponseBase | Awaitable[HttpResponseBase]

_PAGES_OF_SIGN_IN = (
    "accounts:sign-in",
    "accounts:huggingface-login",
    "accounts:huggingface-callback",
)


@sync_and_async_middleware
def only_admitted(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Answer]:
    """Answer with the reason in place of the page, and end the session."""
    if iscoroutinefunction(get_response):

        async def answer_async(request: HttpRequest) -> HttpResponseBase:
            refusal = await sync_to_async(_refuse)(request)
            return refusal or await get_response(request)

        return answer_async

    def answer(request: HttpRequest) -> HttpResponseBase:
        return _refuse(request) or get_response(request)

    return answer


def _refuse(request: HttpRequest) -> HttpResponseBase | None:
    if block_list.waits_for_first_reading:
        try:
            block_list.refresh()
        except DatabaseError as error:
            block_list.note_failure(error)
    block = block_list.address(request_address.get())
    if block and not (_is_of_sign_in(request) or _is_of_admin(request)):
        return refusal_page(request, str(block))
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return None  # nobody, and the answer is the same for all of them
    try:
        why = _why_refused(request.user)
    except UNAVAILABLE as error:
        _fail_at_once(request, error)
        return None
    if not why:
        return None
    logout(request)
    return refusal_page(request, why)


def _fail_at_once(request: HttpRequest, error: Exception) -> None:
    """Let whoever asks who it is say in its own form that it cannot know, and not wait for a
    database once more that was not there a moment ago.
    """

    def fail() -> User:
        raise error

    async def fail_async() -> User:
        raise error

    request.user = SimpleLazyObject(fail)  # type: ignore[assignment]
    request.auser = fail_async


def _is_of_sign_in(request: HttpRequest) -> bool:
    return request.path in map(reverse, _PAGES_OF_SIGN_IN)


def _is_of_admin(request: HttpRequest) -> bool:
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return False
    try:
        return has_role(request.user, Role.ADMIN)
    except UNAVAILABLE:
        return False


def _why_refused(user: Any) -> str:
    if not isinstance(user, User) or not user.hf_id:
        return ""
    if block := block_list.person(user.hf_id):
        return str(block)
    return refusal_of_user(user.pk, user.hf_id, user.username)
