"""Looks again, once a second and for all of a process at once, whether those who watch still may:
their session has to be there, and its user to have the role still with which they came.
"""

import asyncio
import contextvars
import logging
from collections.abc import Awaitable, Callable, Iterable
from hmac import compare_digest

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.database import lookups
from accounts.models import User
from accounts.operators.models import Role
from accounts.operators.roles import roles_of

logger = logging.getLogger(__name__)

CHECK_SECONDS = 1.0

End = Callable[[], Awaitable[None]]
"""Shows a viewer out."""


class Viewers:
    def __init__(self, check_seconds: float = CHECK_SECONDS) -> None:
        self._check_seconds = check_seconds
        self._sessions: dict[End, tuple[str, Role]] = {}
        self._checking: asyncio.Task[None] | None = None

    def add(self, session_key: str, role: Role, end: End) -> None:
        self._sessions[end] = (session_key, role)
        if self._checking is None or self._checking.get_loop().is_closed():
            self._checking = asyncio.get_running_loop().create_task(
                # Not in the context of the page that happens to come first.
                self._check_until_nobody_watches(),
                context=contextvars.Context(),
            )

    def remove(self, end: End) -> None:
        self._sessions.pop(end, None)

    async def _check_until_nobody_watches(self) -> None:
        try:
            while self._sessions:
                await asyncio.sleep(self._check_seconds)
                await self._check()
        finally:
            self._checking = None

    async def _check(self) -> None:
        asked = dict(self._sessions)  # others may come meanwhile
        try:
            keys = {session_key for session_key, _ in asked.values()}
            roles = await lookups.run(roles_of_sessions, keys)
        except Exception as error:
            logger.warning("Who watches could not be looked up: %s.", type(error).__name__)
            return
        gone = [
            end for end, (session_key, role) in asked.items() if roles.get(session_key, 0) < role
        ]
        for end in gone:
            self.remove(end)
        await asyncio.gather(*(end() for end in gone), return_exceptions=True)


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


viewers = Viewers()
"""Those of this process."""
