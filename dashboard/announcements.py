"""Tells every process what its open dashboards have to know. A Redis that is away costs nobody
anything: pages look again by themselves within seconds.
"""

from hashlib import sha256
from typing import Any

from asgiref.sync import async_to_sync
from django.http import HttpRequest

from mcpendpoint.push.bus import bus

CHANGED = "dashboard: counts changed"
SIGNED_OUT = "dashboard: signed out"


async def announce_change() -> None:
    await bus.tell(CHANGED, None)


def announce_sign_out(request: HttpRequest, **_: Any) -> None:
    """Close what the session that ends is watching (a receiver of user_logged_out)."""
    if request is not None and request.session.session_key:
        async_to_sync(bus.tell)(SIGNED_OUT, session_digest(request.session.session_key))


def session_digest(session_key: str) -> str:
    """Return a name for a session that does not open it."""
    return sha256(session_key.encode()).hexdigest()
