"""Tickets: each lets whoever has it send the bytes of one file, once, for a few minutes.

A client gets one for a file that a call of its person is to have. It travels in a header, as
addresses end up in logs. What it says is signed, not secret: it is what the client told itself.
"""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

from django.core import signing

SECONDS = 600
"""As long as a `requestState` holds."""
HEADER = "x-upload-ticket"
PATH = "/files/incoming"
"""Of this site, and below each address of the endpoint, to which clients append it."""
MAX_TICKET_CHARS = 4_000

_SALT = "mcpendpoint.files.tickets"


class BadTicket(Exception):
    """Nobody here wrote it, or its time is over."""


@dataclass(frozen=True)
class Ticket:
    user_id: int
    file_id: str
    """That the file will have."""
    name: str
    mime_type: str
    size: int
    digest: str
    source: str
    """Which tool it is for."""


def write_ticket(ticket: Ticket) -> str:
    return signing.dumps(asdict(ticket), salt=_SALT, compress=True)


def read_ticket(text: str) -> Ticket:
    """Raises BadTicket."""
    if len(text) > MAX_TICKET_CHARS:
        raise BadTicket
    try:
        return Ticket(**signing.loads(text, salt=_SALT, max_age=SECONDS))
    except (signing.BadSignature, TypeError) as error:  # or one of another release
        raise BadTicket from error


def end_of_ticket(now: datetime) -> str:
    """Return until when one that is written now holds, as RFC 3339 has it."""
    end = now.astimezone(UTC) + timedelta(seconds=SECONDS)
    return end.strftime("%Y-%m-%dT%H:%M:%SZ")
