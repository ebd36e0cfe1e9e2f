"""How far a client came on its way to a connection, told to whoever shows it to who waits for it.

Nothing is kept here, and nothing else depends on it.
"""

import logging
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import NamedTuple

from asgiref.sync import async_to_sync

logger = logging.getLogger(__name__)


class Stage(StrEnum):
    """The latest of each is known for a few minutes."""

    # What clients pass, one after the other
    CHALLENGED = "challenged"
    """401: it has shown nothing, and was told where to sign in."""
    METADATA_READ = "metadata_read"
    ASKED = "asked"
    """The person sees the page that asks for their agreement."""
    AGREED = "agreed"
    CONNECTED = "connected"
    LISTED = "listed"
    CALLED = "called"

    # What they fail at
    WRONG_KEY = "wrong_key"
    MOVED = "moved"
    """At the address of a name that the person had before."""
    ADDRESS_OF_ANOTHER = "address_of_another"
    NO_SUCH_ADDRESS = "no_such_address"
    BLOCKED = "blocked"
    REGISTRATION_REFUSED = "registration_refused"
    CLIENT_UNKNOWN = "client_unknown"
    REDIRECT_REFUSED = "redirect_refused"
    REQUEST_REFUSED = "request_refused"
    """An authorization request, for another reason."""
    DENIED = "denied"
    """By the person."""
    SCOPE_REFUSED = "scope_refused"
    LIMITED = "limited"

    @property
    def is_proven(self) -> bool:
        """Whether only the person or a client of theirs brings it about: it came with a credential
        of theirs, or from their browser. Anybody can do the others at their address."""
        return self not in _UNPROVEN


_UNPROVEN = frozenset(
    {
        Stage.CHALLENGED,
        Stage.METADATA_READ,
        Stage.WRONG_KEY,
        Stage.NO_SUCH_ADDRESS,
        Stage.REGISTRATION_REFUSED,
    }
)


class Passed(NamedTuple):
    stage: Stage
    user_id: int | None = None
    address: str = ""
    """Of the client, where it is not known whose it is."""
    facts: dict[str, str] = {}  # noqa: RUF012 - never changed
    """Without credentials and arguments."""


Listener = Callable[[Passed], Awaitable[None]]
_listeners: list[Listener] = []


def listen(listener: Listener) -> None:
    _listeners.append(listener)


@async_to_sync
async def report(stage: Stage, user_id: int, **facts: str) -> None:
    """Tell of a person's client; for views that are not async."""
    await _tell(Passed(stage, user_id, facts=facts))


@async_to_sync
async def report_stranger(stage: Stage, address: str) -> None:
    """Tell of a client of which only the address is known."""
    await _tell(Passed(stage, address=address))


async def _tell(passed: Passed) -> None:
    for listener in _listeners:
        try:
            await listener(passed)
        except Exception:
            # That somebody looks on must never cost anybody their connection.
            logger.exception("A listener of connections failed.")
