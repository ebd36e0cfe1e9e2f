"""Takes in the file of a ticket: exactly its bytes, once."""

from collections.abc import AsyncIterator, Mapping
from contextlib import suppress

from accounts.database import changes
from accounts.models import User
from mcpendpoint.files.keeping import AlreadyThere, FileRefused, begin_file
from mcpendpoint.files.models import StoredFile
from mcpendpoint.files.taking import fill_file
from mcpendpoint.files.tickets import Ticket


class NobodysFile(FileRefused):
    """Whose it would be has left meanwhile."""

    status = 403

    def __init__(self) -> None:
        super().__init__("There is no such account any more.")


class WrongLength(FileRefused):
    def __init__(self, size: int) -> None:
        super().__init__(f"This file has {size:,} bytes, by what was told of it.")


async def take_file(ticket: Ticket, parts: AsyncIterator[bytes]) -> None:
    """Raises FileRefused, and what `parts` raises. Nothing is kept then."""
    try:
        file = await changes.run(begin_of_ticket, ticket)
    except AlreadyThere as there:
        if there.is_complete:
            return  # the answer was lost, and the client sends it again
        raise
    await fill_file(file, _exactly(ticket.size, parts), ticket.digest)


def begin_of_ticket(ticket: Ticket) -> StoredFile:
    """Raises FileRefused."""
    try:
        return begin_file(
            ticket.user_id,
            name=ticket.name,
            mime_type=ticket.mime_type,
            size=ticket.size,
            source=ticket.source,
            file_id=ticket.file_id,
        )
    except User.DoesNotExist as error:
        raise NobodysFile from error


def make_empty(ticket: Ticket) -> None:
    """Keep an empty file, for which no bytes are sent. Raises FileRefused."""
    with suppress(AlreadyThere):
        begin_of_ticket(ticket)


def arrived(user_id: int, told: Mapping[str, tuple[int, str]]) -> dict[str, StoredFile]:
    """Return those of a person's files that are there, by id, with the size and digest told."""
    files = StoredFile.objects.filter(user_id=user_id, pk__in=told, is_complete=True)
    return {
        file.pk: file
        for file in files
        if file.size == told[file.pk][0] and told[file.pk][1] in ("", file.digest)
    }


async def _exactly(size: int, parts: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    received = 0
    async for part in parts:
        received += len(part)
        if received > size:
            raise WrongLength(size)
        yield part
    if received != size:
        raise WrongLength(size)
