"""Which pages may open a WebSocket: our own, and nobody else's.

channels' OriginValidator compares host names only, so that any page on the same machine could open
one on another port, with the cookies that browsers send to every port.
"""

import logging
from typing import Any

from channels.security.websocket import WebsocketDenier
from django.conf import settings
from django.http.request import split_domain_port, validate_host

from hfmcp_site.failures import MAY_WORK_LATER

logger = logging.getLogger(__name__)

CLOSE_TRY_AGAIN_LATER = 1013
"""Of IANA's registry of WebSocket close codes."""


class SameOriginOnly:
    def __init__(self, application: Any) -> None:
        self._application = application
        self._denier = WebsocketDenier()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        is_ours = _is_ours(headers.get(b"origin", ""), headers.get(b"host", ""), scope["scheme"])
        await (self._application if is_ours else self._denier)(scope, receive, send)


class CloseWhenUnavailable:
    """Tells a page to come back, where it would see a connection that breaks (RFC 6455, 7.4)."""

    def __init__(self, application: Any) -> None:
        self._application = application

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        is_accepted = False

        async def note_acceptance(message: Any) -> None:
            nonlocal is_accepted
            is_accepted = is_accepted or message["type"] == "websocket.accept"
            await send(message)

        try:
            await self._application(scope, receive, note_acceptance)
        except MAY_WORK_LATER as error:
            logger.warning("A WebSocket could not be served: %s.", type(error).__name__)
            if not is_accepted:  # a close code before that is turned into a plain 403
                await send({"type": "websocket.accept"})
            await send({"type": "websocket.close", "code": CLOSE_TRY_AGAIN_LATER})


def _is_ours(origin: str, host: str, scheme: str) -> bool:
    if origin == settings.PUBLIC_URL:
        return True
    domain, _port = split_domain_port(host)
    # A proxy in front ends TLS, so on a site by https the connection itself says nothing.
    is_https = settings.IS_HTTPS or scheme == "wss"
    own = f"{'https' if is_https else 'http'}://{host}"
    return validate_host(domain, settings.ALLOWED_HOSTS) and origin == own
