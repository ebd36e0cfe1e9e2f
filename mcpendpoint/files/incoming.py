"""Takes in the file of a ticket: exactly its bytes, once."""

from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.database import changes
from accounts.housekeeping import delete_in_steps
from accounts.models import User
from mcpendpoint.files.keeping import AlreadyThere, FileRefused, begin_file, drop_file
from mcpendpoint.files.models import StoredFile, UsedTicket
from mcpendpoint.files.taking import digest_of, fill_file
from mcpendpoint.files.tickets import SECONDS, Ticket


class NobodysFile(FileRefused):
    """Whose it would be has left meanwhile."""

    status = 403

    def __init__(self) -> None:
        super().__init__("There is no such account any more.")


class TicketUsed(FileRefused):
    """Its file was here, and is not any more."""

    status = 410

    def __init__(self) -> None:
        super().__init__("This ticket was used, and its file was deleted.")


class OtherFileThere(FileRefused):
    status = 409

    def __init__(self) -> None:
        super().__init__("This file is here already, with other bytes.")


class WrongLength(FileRefused):
    def __init__(self, size: int) -> None:
        super().__init__(f"This file has {size:,} bytes, by what was told of it.")


async def take_file(ticket: Ticket, parts: AsyncIterator[bytes]) -> None:
    """Raises FileRefused, and what `parts` raises. Nothing is kept then."""
    exactly = _exactly(ticket.size, parts)
    try:
        file = await changes.run(begin_of_ticket, ticket)
    except AlreadyThere as there:
        if not there.file.is_complete:
            raise
        # The answer was lost, and the client sends it again.
        if await digest_of(exactly) != (there.file.digest or ticket.digest):
            raise OtherFileThere from there
        return
    await fill_file(file, exactly, ticket.digest, drop=_give_back)


def begin_of_ticket(ticket: Ticket) -> StoredFile:
    """Begin its file, and use the ticket up. Raises FileRefused."""
    try:
        with transaction.atomic():
            file = begin_file(
                ticket.user_id,
                name=ticket.name,
                mime_type=ticket.mime_type,
                size=ticket.size,
                source=ticket.source,
                file_id=ticket.file_id,
            )
            end = timezone.now() + timedelta(seconds=SECONDS)
            _, is_new = UsedTicket.objects.get_or_create(pk=file.pk, defaults={"expires_at": end})
            if not is_new:
                raise TicketUsed
            return file
    except User.DoesNotExist as error:
        raise NobodysFile from error


def _give_back(file: StoredFile) -> None:
    """Let a ticket whose file did not come hold again, unless its person deleted the file."""
    with transaction.atomic():
        if drop_file(file):
            UsedTicket.objects.filter(pk=file.pk).delete()


def forget_tickets(now: datetime) -> int:
    """Forget those that nobody can use any more; return how many."""
    return delete_in_steps(UsedTicket.objects.filter(expires_at__lt=now).order_by("expires_at"))


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
