"""Whom a program that a client starts acts for: whoever holds this computer's Hugging Face token.

Who that is is asked for when somebody has to know it: to list tools needs no network.
"""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path

from django.conf import settings

from accounts.consequences import ALWAYS_ASK, ApprovalChoices
from accounts.credentials import SignInNeeded
from accounts.preferences import NO_PREFERENCES, Preferences
from mcpendpoint.access.who import Caller, CallerRefused, Credential, may_be_token

logger = logging.getLogger(__name__)

MAX_FILE_BYTES = 10_000

FindAccount = Callable[[str], Awaitable[Caller]]
"""Returns whose token it is, with what they saved. Raises CallerRefused."""


@dataclass(frozen=True)
class Holder:
    """`find_account` is None where nobody has an account: nothing was saved then, and `approvals`
    says what they are asked about.
    """

    find_account: FindAccount | None = None
    approvals: ApprovalChoices = ALWAYS_ASK

    def unchecked(self) -> Caller:
        """Return who asks without asking who that is."""
        token = own_token()
        preferences = _own(replace(NO_PREFERENCES, approvals=self.approvals))
        if token is None:
            return Caller(Credential.ANONYMOUS, preferences=preferences)
        kind = Caller if may_be_token(token) else _WithoutUse
        return kind(Credential.HF_TOKEN, preferences=preferences, _hf_token=token)

    async def caller(self) -> Caller:
        """Return who asks, with what they saved. Raises CallerRefused, and for want of a database
        accounts.database.UNAVAILABLE.
        """
        if self.find_account is None:
            return self.unchecked()
        token = own_token()
        if token is None or not may_be_token(token):
            raise CallerRefused(401, "", "There is no Hugging Face token that says whose account.")
        caller = await self.find_account(token)
        return replace(caller, preferences=_own(caller.preferences or NO_PREFERENCES))


class _WithoutUse(Caller):
    """Has what can be no token."""

    async def hub_token(self) -> str | None:
        raise SignInNeeded


def own_token() -> str | None:
    """Return HF_TOKEN or else what `hf auth login` wrote, which may have changed meanwhile."""
    return _cleaned(settings.HF_TOKEN) or _cleaned(_read(settings.HF_TOKEN_FILE))


def _cleaned(text: str) -> str | None:
    return text.replace("\r", "").replace("\n", "").strip() or None


def _read(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            return opened.read(MAX_FILE_BYTES).decode("utf-8", "replace")
    except FileNotFoundError:
        return ""
    except OSError as error:
        logger.warning("The file of the Hugging Face token cannot be read: %s", error.strerror)
        return ""


def _own(preferences: Preferences) -> Preferences:
    """Whoever chose the arguments could have had any program started: they select what writes."""
    return replace(preferences, urls_may_write=True)
