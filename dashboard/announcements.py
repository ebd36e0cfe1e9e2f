"""Tells every process over the channel layer that something changed. A failing layer costs nobody
anything: pages ask again by themselves within seconds.
"""

import asyncio
import logging
from hashlib import sha256
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.http import HttpRequest

logger = logging.getLogger(__name__)

GROUP = "dashboard"
ATTEMPTS = 2
"""After a restart of Redis the first send fails and the next one works."""
TIMEOUT_SECONDS = 2


async def announce(message: dict[str, Any]) -> None:
    """Send to all who watch. Never raises."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                await get_channel_layer().group_send(GROUP, message)
            return
        except Exception as error:
            if attempt == ATTEMPTS:
                logger.warning("Watchers could not be told: %s.", type(error).__name__)


def announce_sign_out(request: HttpRequest, **_: Any) -> None:
    """Close what the session that ends is watching (a receiver of user_logged_out)."""
    if request is not None and request.session.session_key:
        session = session_digest(request.session.session_key)
        async_to_sync(announce)({"type": "session.ended", "session": session})


def session_digest(session_key: str) -> str:
    """Return a name for a session that does not open it."""
    return sha256(session_key.encode()).hexdigest()
