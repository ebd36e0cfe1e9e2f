"""Who asks, and with what: a value, however it was found out."""

import logging
import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from django.db import DatabaseError

from accounts.authorization.scopes import ALL_SCOPES, Scope
from accounts.consequences import ALWAYS_ASK, ApprovalChoices
from accounts.credentials import hub_token, recheck
from accounts.database import changes
from accounts.groups.offers import EVERYTHING, Offer
from accounts.outgoing import callers
from accounts.preferences import Preferences, note_hub_change
from accounts.proxies import network_of
from mcpendpoint.protocol.records import Reason

logger = logging.getLogger(__name__)


class Credential(StrEnum):
    ANONYMOUS = "anonymous"
    ACCESS_KEY = "access_key"
    OAUTH = "oauth"
    HF_TOKEN = "hf_token"  # noqa: S105 - a kind, not a token
    SESSION = "session"
    """Of a person who is signed in to the pages of this site."""


class UrlOwner(NamedTuple):
    """Whose address a request came to."""

    username: str
    """As in `/u/<username>/mcp`."""
    profile: str | None = None
    """As in `/u/<username>/<profile>/mcp`."""


def owner_of(user_id: int) -> str:
    """Return the word that tells one of our users from others."""
    return f"user {user_id}"


@dataclass(frozen=True)
class Caller:
    credential: Credential
    user_id: int | None = None
    """Our user, when somebody signed in here with this Hugging Face account."""
    username: str | None = None
    """The Hugging Face name, None for anonymous."""
    preferences: Preferences | None = None
    scopes: frozenset[Scope] = ALL_SCOPES
    """What the credential is good for; one that is not ours has its own limits elsewhere."""
    client_id: str | None = None
    """The OAuth client that holds the credential."""
    credential_name: str = ""
    """What its owner calls the access key, or the name of the OAuth client."""
    audiences: frozenset[str] | None = None
    """Where the credential counts; None for anywhere on this server."""
    only_profile: str | None = None
    """The one that the credential opens; None for each."""
    profile: str | None = None
    """The one whose `preferences` these are, where the address named it."""
    expires_at: datetime | None = None
    """When the credential ends, as far as is known here."""
    hf_id: str = ""
    """The Hugging Face id, "" for anonymous."""
    offer: Offer = EVERYTHING
    """What groups of this server let them choose from, and hold them to."""
    _hf_token: str | None = field(default=None, repr=False)

    @cached_property
    def owner(self) -> str:
        """A word that tells this person from others: "" for all who are anonymous."""
        if self.user_id is not None:
            return owner_of(self.user_id)
        return f"hub {self.username}" if self.username else ""

    def owner_at(self, address: str) -> str:
        """Return who it is as far as limits go: of the anonymous, their network."""
        return self.owner or f"network {network_of(address)}"

    @property
    def owners(self) -> tuple[str, ...]:
        """The word for this person, and the one from before they first signed in here."""
        if self.credential is Credential.HF_TOKEN and self.user_id is not None and self.username:
            return (self.owner, f"hub {self.username}")
        return (self.owner,)

    @property
    def is_signed_in(self) -> bool:
        return self.credential is not Credential.ANONYMOUS

    @property
    def approvals(self) -> ApprovalChoices:
        """What this person is asked about: what they chose, and no less than their groups say."""
        chosen = self.preferences.approvals if self.preferences else ALWAYS_ASK
        return chosen.or_stricter(self.offer.least)

    async def hub_token(self) -> str | None:
        """Return the Hugging Face token to act with, None for anonymous.

        Raises accounts.credentials.SignInNeeded and accounts.identity.HubUnreachable.
        """
        if self.credential is not Credential.HF_TOKEN and self.user_id is not None:
            return await hub_token(self.user_id)
        return self._hf_token

    def note_for_outgoing(self) -> None:
        """Let what this task asks other servers count for this person, if it is known who it is."""
        if self.user_id is not None:
            callers.note_person(str(self.user_id))
        elif self.username is not None:
            callers.note_person(f"of Hugging Face {self.username}")

    @property
    def hub_changes(self) -> int:
        """Of the person, in every process; see Preferences."""
        return self.preferences.hub_changes if self.preferences else 0

    async def note_hub_change(self) -> None:
        """Tell the other processes, if the caller has an account here."""
        if self.user_id is None:
            return
        try:
            await changes.run(note_hub_change, self.user_id)
        except DatabaseError:
            # The change was made, and is to be reported as such.
            logger.exception("Other processes may show for a while what was before a change.")

    async def recheck_hub_token(self, token: str) -> None:
        """Find out whether a token that the Hub has just refused has to be replaced."""
        if self.credential is not Credential.HF_TOKEN and self.user_id is not None:
            await recheck(self.user_id, token)


ANONYMOUS = Caller(Credential.ANONYMOUS)


_REASONS = {
    308: Reason.NOT_FOUND,
    401: Reason.BAD_CREDENTIAL,
    403: Reason.BAD_CREDENTIAL,
    404: Reason.NOT_FOUND,
    503: Reason.HUB_DOWN,
}


class CallerRefused(Exception):
    """Why nobody is served: `status` 308, 401, 403, 404 or 503.

    `error` is as RFC 6750 section 3.1 names it, `reason` for the record.
    """

    def __init__(
        self,
        status: int,
        error: str,
        message: str,
        retry_after_seconds: int | None = None,
        reason: Reason | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.error = error
        self.retry_after_seconds = retry_after_seconds
        self.reason = reason or _REASONS[status]


class NotAdmitted(CallerRefused):
    """An operator of this server keeps them out, whatever their credential. No sign-in helps, so
    there is no challenge, which would lead a client to try one.
    """

    def __init__(self, message: str, caller: Caller = ANONYMOUS) -> None:
        super().__init__(403, "access_denied", message)
        self.caller = caller


class CallerElsewhere(CallerRefused):
    """The URL is another user's, and the caller is somebody all the same."""

    def __init__(self, caller: Caller) -> None:
        super().__init__(403, "access_denied", "This URL belongs to another user.")
        self.caller = caller


class OtherProfileOnly(CallerRefused):
    """The credential opens one profile, and the address is that of another."""

    def __init__(self, caller: Caller) -> None:
        what = "app" if caller.credential is Credential.OAUTH else "access key"
        super().__init__(
            403,
            "access_denied",
            f"This {what} opens only the profile “{caller.only_profile}” of its owner.",
        )


class NoProfile(CallerRefused):
    """The address is the caller's own, and there is nothing at it."""

    def __init__(self) -> None:
        super().__init__(404, "not_found", "You have no profile of this name.")


class CallerMoved(CallerRefused):
    """The URL is of a name that the caller had before, and `path` is where they are now."""

    def __init__(self, path: str, caller: Caller) -> None:
        super().__init__(308, "", f"You have another name now, and your URL is {path}.")
        self.path = path
        self.caller = caller


_TOKEN = re.compile(r"[\x21-\x7e]{1,4096}")


def may_be_token(text: str) -> bool:
    """Say whether it can be a token at all: no header to the Hub can carry anything else."""
    return _TOKEN.fullmatch(text) is not None
