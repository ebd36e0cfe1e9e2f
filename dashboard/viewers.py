"""Those who watch the dashboard through this process: tells them all when something changed, and
looks again, once a second and for all at once, whether they still may watch. Their session has to
be there, and its user to have the role still with which they came.
"""

import asyncio
import contextvars
import logging
from collections.abc import Iterable
from hmac import compare_digest
from typing import Any, Protocol

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.behind import start_task
from accounts.database import lookups
from accounts.models import User
from accounts.operators.models import Role
from accounts.operators.roles import roles_of
from dashboard.announcements import CHANGED, SIGNED_OUT, session_digest
from dashboard.live import LivePages, live_pages
from mcpendpoint.push.bus import Bus, bus

logger = logging.getLogger(__name__)

CHECK_SECONDS = 1.0


class Viewer(Protocol):
    @property
    def session_key(self) -> str: ...

    @property
    def role(self) -> Role: ...

    def look_again(self) -> None:
        """Be told that what is shown may have changed."""

    async def sign_out(self) -> None: ...


class Viewers:
    def __init__(self, bus: Bus, pages: LivePages, check_seconds: float = CHECK_SECONDS) -> None:
        self._bus = bus
        self._pages = pages
        self._check_seconds = check_seconds
        self._all: set[Viewer] = set()
        self._checking: asyncio.Task[None] | None = None
        bus.on(CHANGED, self._note_change)
        bus.on(SIGNED_OUT, self._note_sign_out)

    def add(self, viewer: Viewer) -> None:
        self._bus.start_soon()
        self._all.add(viewer)
        if self._checking is None or self._checking.get_loop().is_closed():
            self._checking = asyncio.get_running_loop().create_task(
                # Not in the context of the page that happens to come first.
                self._check_until_nobody_watches(),
                context=contextvars.Context(),
            )

    def remove(self, viewer: Viewer) -> None:
        self._all.discard(viewer)

    def _note_change(self, _: Any) -> None:
        self._pages.note_change()
        for viewer in self._all:
            viewer.look_again()

    def _note_sign_out(self, digest: Any) -> None:
        for viewer in self._all:
            if session_digest(viewer.session_key) == digest:
                start_task(viewer.sign_out())

    async def _check_until_nobody_watches(self) -> None:
        try:
            while self._all:
                await asyncio.sleep(self._check_seconds)
                await self._check()
        finally:
            self._checking = None

    async def _check(self) -> None:
        asked = list(self._all)  # others may come meanwhile
        try:
            keys = {viewer.session_key for viewer in asked}
            roles = await lookups.run(roles_of_sessions, keys)
        except Exception as error:
            logger.warning("Who watches could not be looked up: %s.", type(error).__name__)
            return
        gone = [viewer for viewer in asked if roles.get(viewer.session_key, 0) < viewer.role]
        for viewer in gone:
            self.remove(viewer)
        await asyncio.gather(*(viewer.sign_out() for viewer in gone), return_exceptions=True)


def roles_of_sessions(session_keys: Iterable[str]) -> dict[str, Role]:
    """Return what the users of these sessions are, of those who have a role; a bounded number of
    queries however many there are.
    """
    stored = Session.objects.filter(session_key__in=session_keys, expire_date__gt=timezone.now())
    opened = {row.session_key: row.get_decoded() for row in stored}
    user_ids = {data[SESSION_KEY] for data in opened.values() if BACKEND_SESSION_KEY in data}
    users = {str(user.pk): user for user in User.objects.filter(pk__in=user_ids)}
    roles = roles_of(users.values())
    return {
        key: roles[user.pk]
        for key, data in opened.items()
        if (user := users.get(data.get(SESSION_KEY, "")))
        and user.pk in roles
        and _is_session_of(user, data)
    }


def _is_session_of(user: User, data: dict[str, str]) -> bool:
    """As django.contrib.auth.get_user has it: signing out everywhere changes the hash."""
    given = data.get(HASH_SESSION_KEY, "")
    hashes = (user.get_session_auth_hash(), *user.get_session_auth_fallback_hash())
    return any(compare_digest(given, each) for each in hashes)


viewers = Viewers(bus, live_pages)
"""Those of this process."""
