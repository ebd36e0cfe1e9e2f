"""Marks pages as not to be cached, and notes the client's address for the audit log."""

from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

from accounts.addresses import client_address
from accounts.audit import request_address
from accounts.outgoing import callers

Answer = HttpResponseBase | Awaitable[HttpResponseBase]


@sync_and_async_middleware
def personal_pages(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Answer]:
    """Let no answer be stored that does not say that it may be."""
    if iscoroutinefunction(get_response):

        async def answer_async(request: HttpRequest) -> HttpResponseBase:
            _note_address(request)
            return _unstored(await get_response(request))

        return answer_async

    def answer(request: HttpRequest) -> HttpResponseBase:
        _note_address(request)
        return _unstored(get_response(request))

    return answer


def _note_address(request: HttpRequest) -> None:
    address = client_address(request)
    request_address.set(address)
    callers.note_address(address)


def _unstored(response: HttpResponseBase) -> HttpResponseBase:
    response.headers.setdefault("Cache-Control", "no-store")
    return response
