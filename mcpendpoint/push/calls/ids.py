"""Ids of events on the stream of a call.

They say which call it is, at which worker it runs and what its JSON-RPC id is, under a seal that
holds in its session alone. So any worker can answer whoever comes back with one, even when nothing
is left of the call.
"""

import re
from dataclasses import dataclass
from typing import NamedTuple

from django.core import signing

from mcpendpoint.protocol.messages import RequestId
from mcpendpoint.protocol.sessions import Session

_NUMBER = re.compile(r"[0-9]{1,9}")
_MARK = "call"
_END = "end"
"""In place of a number, in the id of an event after which nothing comes."""


class CallRef(NamedTuple):
    """Names a call among all workers."""

    worker: str
    number: str
    request_id: RequestId


@dataclass(frozen=True, slots=True)
class CallEvent:
    number: int
    message: bytes
    """As JSON; empty for the end of a call that was cancelled, which has no answer."""
    is_last: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """How far a client has heard the stream of a call."""

    ref: CallRef
    prefix: str
    """Of the ids of all its events."""
    after: int = 0
    is_end: bool = False

    def id_of(self, event: CallEvent) -> str:
        return f"{self.prefix}.{_END if event.is_last else event.number}"


def is_of_call(event_id: str) -> bool:
    """Tell an event of a call from one of a stream that stays open."""
    return event_id.startswith(f"{_MARK}.")


def beginning_of(ref: CallRef, session: Session) -> Place:
    return Place(ref, f"{_MARK}.{_signer(session).sign_object(list(ref))}")


def read_event_id(event_id: str, session: Session) -> Place | None:
    """Return None for what is no id of an event of this session's calls."""
    prefix, _, position = event_id.rpartition(".")
    is_end = position == _END
    if not (is_end or _NUMBER.fullmatch(position)):
        return None
    try:
        worker, number, request_id = _signer(session).unsign_object(prefix.partition(".")[2])
    except signing.BadSignature:
        return None
    after = 0 if is_end else int(position)
    return Place(CallRef(worker, number, request_id), prefix, after, is_end)


def _signer(session: Session) -> signing.Signer:
    return signing.Signer(salt=f"mcpendpoint.call {session.number}")
