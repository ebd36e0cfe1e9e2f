"""Gives each request an id, or takes that of the proxy in front, and answers it as X-Request-Id."""

from collections.abc import Awaitable, Callable
from typing import Any

from django.conf import settings

from accounts.addresses import peer_of
from accounts.proxies import came_by_proxy
from accounts.request_ids import HEADER, begin_request

_NAME = HEADER.lower().encode()

App = Callable[[dict[str, Any], Any, Any], Awaitable[None]]


class RequestIds:
    """An ASGI application around another one."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        given = _id_of_proxy(scope) if settings.TRUSTED_PROXIES else ""
        header = (_NAME, begin_request(given).encode())

        def send_with_id(message: dict[str, Any]) -> Any:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), header]
            return send(message)

        await self._app(scope, receive, send_with_id)


def _id_of_proxy(scope: dict[str, Any]) -> str:
    given, forwarded_for = "", []
    for name, value in scope["headers"]:
        if name == _NAME:
            given = value.decode("latin-1")
        elif name == b"x-forwarded-for":
            forwarded_for.append(value.decode("latin-1"))
    is_trusted = came_by_proxy(peer_of(scope), forwarded_for, settings.TRUSTED_PROXIES)
    return given if is_trusted else ""
