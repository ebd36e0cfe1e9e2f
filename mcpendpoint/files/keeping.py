"""Takes files in: within a person's quota, a piece at a time, so that an upload can be resumed.

What a file is going to need is set aside for it first, in a transaction that holds the person's
row, so that uploads at the same time share one quota. Functions are for a thread.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.core.files.base import File
from django.db import transaction
from django.db.models import QuerySet, Sum
from django.utils import timezone

from accounts.models import User
from mcpendpoint.files.handles import new_id
from mcpendpoint.files.models import StoredFile
from mcpendpoint.files.names import clean_name, in_words, type_of
from mcpendpoint.files.storage import NoRoom, delete_piece, save_piece

MAX_FILES = 1_000
"""Of a person: rows cost, too."""
MAX_PIECES = 2_000
DIGEST_OF_NOTHING = "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"
UNFINISHED_FOR = timedelta(days=1)


class FileRefused(Exception):
    """Why a file is not taken, for a person or an assistant."""

    status = 400


class FileTooLarge(FileRefused):
    status = 413

    def __init__(self) -> None:
        super().__init__(f"A file may have {in_words(settings.FILES_MAX_BYTES)} at most.")


class QuotaExceeded(FileRefused):
    status = 413

    def __init__(self, free: int) -> None:
        super().__init__(
            f"There is room for {in_words(free)} more: a person's files may have "
            f"{in_words(settings.FILES_QUOTA_BYTES)} in all. Delete some first."
        )


class TooManyFiles(FileRefused):
    status = 413

    def __init__(self) -> None:
        super().__init__(f"There are {MAX_FILES:,} files already. Delete some first.")


class StorageFull(FileRefused):
    status = 507

    def __init__(self) -> None:
        super().__init__("The server has no room for files right now. Try again later.")


class AlreadyThere(FileRefused):
    """Somebody sends, or sent, the file of this very id."""

    status = 409

    def __init__(self, file: StoredFile) -> None:
        super().__init__("This file is being sent already.")
        self.file = file


class FileGone(FileRefused):
    """Its person deleted it while it came."""

    status = 410

    def __init__(self) -> None:
        super().__init__("This file was deleted meanwhile.")


class WrongOffset(FileRefused):
    """The piece is not the next one."""

    status = 409

    def __init__(self, received: int) -> None:
        super().__init__(f"The next byte is number {received}.")
        self.received = received


def begin_file(
    user_id: int,
    *,
    name: str,
    mime_type: str = "",
    size: int | None,
    fingerprint: str = "",
    source: str = "",
    quota: int | None = None,
    file_id: str | None = None,
) -> StoredFile:
    """Set room aside for a file, all that there is for one whose size nobody knows.

    `quota` is for what may not take all of a person's, nor more than half of their files. Raises
    FileRefused; AlreadyThere where there is one with the `file_id` that it is to have.
    """
    most = settings.FILES_MAX_BYTES
    most_files = MAX_FILES if quota is None else MAX_FILES // 2
    quota = settings.FILES_QUOTA_BYTES if quota is None else quota
    if size is not None and not 0 <= size <= most:
        raise FileTooLarge
    name, now = clean_name(name), timezone.now()
    with transaction.atomic():
        User.objects.select_for_update().only("pk").get(pk=user_id)
        # One whose time is over counts until its bytes are gone.
        own = StoredFile.objects.filter(user_id=user_id)
        if file_id is not None and (same := own.filter(pk=file_id).first()):
            raise AlreadyThere(same)
        free = _free_room(own, quota, 1, most_files)
        if (size or 0) > free or (size is None and not free):
            raise QuotaExceeded(free)
        return StoredFile.objects.create(
            id=file_id or new_id(),
            user_id=user_id,
            name=name,
            mime_type=type_of(mime_type, name),
            size=min(most, free) if size is None else size,
            is_complete=size == 0,
            digest=DIGEST_OF_NOTHING if size == 0 else "",
            fingerprint=fingerprint[:100],
            source=source[:330],
            created_at=now,
            expires_at=_end(now) if size == 0 else now + UNFINISHED_FOR,
        )


def check_room(user_id: int, sizes: Sequence[int]) -> None:
    """Raises FileRefused for files that there is no room for at this moment; sets none aside."""
    if max(sizes, default=0) > settings.FILES_MAX_BYTES:
        raise FileTooLarge
    own = StoredFile.objects.filter(user_id=user_id)
    free = _free_room(own, settings.FILES_QUOTA_BYTES, len(sizes), MAX_FILES)
    if sum(sizes) > free:
        raise QuotaExceeded(free)


def _free_room(own: QuerySet[StoredFile], quota: int, more: int, most_files: int) -> int:
    """Return how many bytes more somebody may have. Raises TooManyFiles."""
    if own.count() + more > most_files:
        raise TooManyFiles
    used = own.aggregate(used=Sum("size"))["used"] or 0
    return max(quota - used, 0)


def begun_before(user_id: int, fingerprint: str, size: int) -> StoredFile | None:
    """Return what was uploaded of the same file, when that broke off."""
    if not fingerprint:
        return None
    return StoredFile.objects.filter(
        user_id=user_id,
        fingerprint=fingerprint[:100],
        size=size,
        is_complete=False,
        expires_at__gt=timezone.now(),
    ).first()


def add_piece(file: StoredFile, offset: int, content: "bytes | File[bytes]") -> None:
    """Store what comes next of a file, which is complete with its last byte. Raises FileRefused."""
    length = len(content) if isinstance(content, bytes) else content.size
    check_piece(file, offset, length)
    note_piece(file, length, store_piece(file, content))


def check_piece(file: StoredFile, offset: int, length: int) -> None:
    """Raises FileRefused for what is not the next piece."""
    if offset != file.received or file.is_complete:
        raise WrongOffset(file.received)
    if not length or offset + length > file.size or len(file.pieces) >= MAX_PIECES:
        raise FileTooLarge


def store_piece(file: StoredFile, content: "bytes | File[bytes]") -> str:
    """Return its name. Does not ask the database. Raises FileRefused."""
    try:
        return save_piece(file.id, content)
    except NoRoom as error:
        raise StorageFull from error


def note_piece(file: StoredFile, length: int, piece: str) -> None:
    """Let a stored piece be the next one. Raises FileRefused, and deletes it, if it is not."""
    offset = file.received
    received = offset + length
    told = {"received": received, "pieces": [*file.pieces, piece]}
    if received == file.size:
        told |= {"is_complete": True, "expires_at": _end(timezone.now())}
    if not _change(file, offset, **told):  # another request was faster, or it was deleted
        delete_piece(piece)
        try:
            file.refresh_from_db()
        except StoredFile.DoesNotExist as error:
            raise FileGone from error
        raise WrongOffset(file.received)


def finish_file(file: StoredFile, digest: str = "") -> None:
    """Let a file whose size nobody knew be what came of it; note what its digest turned out to be.

    Whoever finishes a file has stored all of its bytes.
    """
    if not file.is_complete:
        end = _end(timezone.now())
        told = {"size": file.received, "is_complete": True, "expires_at": end}
        _change(file, file.received, **told)
    if digest and file.is_complete:
        StoredFile.objects.filter(pk=file.pk).update(digest=digest)
        file.digest = digest


def drop_file(file: StoredFile) -> bool:
    """Delete a file, with its bytes; return whether it was there."""
    deleted, _ = StoredFile.objects.filter(pk=file.pk).delete()
    return bool(deleted)


def keep_upload(user: User, uploaded_file: "File[bytes]") -> StoredFile:
    """Keep what came in a form, and return it: `handle` is how a tool is told of it.

    Raises FileRefused, whose text is for the person.
    """
    file = begin_file(
        user.pk,
        name=uploaded_file.name or "",
        mime_type=getattr(uploaded_file, "content_type", None) or "",
        size=uploaded_file.size,
    )
    if file.size:
        try:
            add_piece(file, 0, uploaded_file)
        except BaseException:
            drop_file(file)
            raise
    return file


def files_of(user: User) -> Iterator[StoredFile]:
    """Return what a person has, the newest first."""
    return StoredFile.objects.filter(user_id=user.pk, expires_at__gt=timezone.now()).iterator()


def bytes_used_by(user: User) -> int:
    return StoredFile.objects.filter(user_id=user.pk).aggregate(used=Sum("size"))["used"] or 0


def _change(file: StoredFile, after: int, /, **told: object) -> bool:
    """Change a row of which no more has come than so many bytes; return whether that was done."""
    is_done = StoredFile.objects.filter(pk=file.pk, received=after, is_complete=False).update(
        **told
    )
    for name, value in told.items() if is_done else ():
        setattr(file, name, value)
    return bool(is_done)


def _end(now: datetime) -> datetime:
    return now + timedelta(days=settings.FILES_RETENTION_DAYS)
