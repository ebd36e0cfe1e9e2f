"""One record per handled message, passed to listeners.

A listener is called on the event loop and must only take note: append, never wait.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mcp_types.methods import SPEC_CLIENT_METHODS, SPEC_CLIENT_NOTIFICATION_METHODS
from mcp_types.version import KNOWN_PROTOCOL_VERSIONS

logger = logging.getLogger(__name__)

AT_ONCE = 64
"""How many records a listener may keep to look at together: it takes a third of the time of one by
one between answers, and less than what one answer takes."""

PRIVATE = "private"
"""What is recorded in place of the name of a Space that not everybody may know of."""

REFUSED = "refused"
"""Stands for the credential of a caller whose credential was wrong."""


KNOWN_METHODS = SPEC_CLIENT_METHODS | SPEC_CLIENT_NOTIFICATION_METHODS | {""}
KNOWN_VERSIONS = frozenset({*KNOWN_PROTOCOL_VERSIONS, ""})
"""What a record may say besides what a client made up."""


class Outcome(StrEnum):
    OK = "ok"
    TOOL_ERROR = "tool_error"
    """A result with isError: the tool ran and says what went wrong. Or a resource or prompt that
    the Hub does not give now."""
    REJECTED = "rejected"
    """The client's fault: a JSON-RPC error other than an internal one."""
    DENIED = "denied"
    """A credential refused, or a tool that this caller's selection does not hold."""
    WAITING = "waiting"
    """Held back until the person has approved it."""
    LIMITED = "limited"
    """Over a limit (mcpendpoint.access.limits), and so not handled."""
    FAILED = "failed"
    """Our fault: an internal error."""
    CANCELLED = "cancelled"
    """The client went away."""


ERRORS = frozenset({Outcome.TOOL_ERROR, Outcome.REJECTED, Outcome.DENIED, Outcome.FAILED})
"""All but what went well, what the client itself gave up, and what was not handled."""


class Reason(StrEnum):
    """Why a message did not go well: a closed list, so that it can be counted and filtered."""

    NO_CREDENTIAL = "no_credential"
    """The URL needs one: so clients begin that sign people in."""
    BAD_CREDENTIAL = "bad_credential"
    """Wrong, revoked or expired; or of somebody else than the URL."""
    SCOPE = "scope"
    """The key, the app or the person's permission at Hugging Face does not reach that far."""
    NOT_SELECTED = "not_selected"
    """A tool or Space that this caller has not chosen or cannot, or that the operator switched
    off."""
    BLOCKED = "blocked"
    """By an operator: the person, the client, the address or the Space."""
    LIMIT = "limit"
    APPROVAL = "approval"
    """Its person has to agree first, or refused."""
    INVALID_ARGUMENTS = "invalid_arguments"
    INVALID_REQUEST = "invalid_request"
    """No JSON-RPC, an unknown method, a wrong protocol version, headers that do not fit."""
    TOO_LARGE = "too_large"
    NOT_FOUND = "not_found"
    """What was asked for is not there, or not for this caller: the Hub's 404, an unknown prompt."""
    HUB_REFUSED = "hub_refused"
    HUB_DOWN = "hub_down"
    """It did not answer in time, or with a fault of its own."""
    SPACE_ASLEEP = "space_asleep"
    """Or starting, paused, out of quota: it is not running."""
    SPACE_ERROR = "space_error"
    TOOL = "tool"
    """The tool ran and says what went wrong, in a way that is none of the others."""
    TIMEOUT = "timeout"
    """A call that took longer than the longest time for it, or a body that did not come in time."""
    CANCELLED = "cancelled"
    UNAVAILABLE = "unavailable"
    """This server could not now: its database is away, or it has too much to do."""
    OUR_FAULT = "our_fault"


@dataclass(slots=True)
class Record:
    """What is known of one handled message. No argument, token or name of a person is in it.
    Nobody changes one; it is not frozen because that takes twice as long to make.

    Of a request that was over a limit when it came in, neither method nor client is known.
    """

    at: datetime
    method: str
    """JSON-RPC method, "" when the body had none."""
    tool: str
    """Name of the tool of a tools/call that this caller may see, else ""."""
    space_id: str
    """owner/name when the tool is a Space's, else ""; "private" when the Space is private. Of one
    that the operator does not allow, what they wrote: owner/name or owner/*."""
    outcome: Outcome
    error_code: int | None
    """JSON-RPC error code."""
    duration_ms: float
    era: str
    """"modern" (2026-07-28) or "legacy" (initialize)."""
    protocol_version: str
    transport: str
    """"json", "sse" or "stdio", or "page" for one of this site's own."""
    client_name: str
    client_version: str
    credential: str
    """"anonymous", "access_key", "oauth", "hf_token", "session" for who is signed in to a page, or
    "refused" for one that was wrong."""
    user_id: int | None
    """Our user, when the credential is of somebody who signed in here."""
    notifications_sent: int
    answer_bytes: int = 0
    """Of the JSON-RPC response, whatever else the stream that it is part of has."""
    first_byte_ms: float | None = None
    """How long it took until a streamed answer began; None of one that is no stream."""
    limit: str = ""
    """The one of mcpendpoint.access.limits that it was over."""
    address: str = ""
    """IP address of the client, where AUDIT_IP says to keep it."""
    credential_name: str = ""
    """What its owner calls the access key, or the name of the OAuth client."""
    reason: Reason | None = None
    """Of everything that did not go well."""
    request_id: str = ""
    """As the answer's X-Request-Id and the log have it."""
    http_status: int = 200
    network: int = 0
    """Tells the networks of callers apart while this process lasts, and says nothing of them."""
    listed: int = 0
    """Of a tools/list: how many tools it gave."""
    source: Callable[[], str] = str
    """Of a tools/list: what tells the messages of one client of one caller from others'. It takes
    time to find out, and most listeners need not know."""


Listener = Callable[[Record], None]
_listeners: list[Listener] = []


def listen(listener: Listener) -> None:
    _listeners.append(listener)


def publish(record: Record) -> None:
    for listener in _listeners:
        try:
            listener(record)
        except Exception:
            # Counting must never cost a caller their answer.
            logger.exception("A listener of records failed.")
