"""FILES_DIRECTORY: there, writable, with room. FILES_S3_BUCKET: there, and ours to use."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_bytes, token_hex

from django.conf import settings

from hfmcp_site.doctor.findings import Found, failure, ok, warning
from mcpendpoint.files.handles import new_id
from mcpendpoint.files.storage import (
    FOLDER_CHARS,
    FileLost,
    NoRoom,
    delete_piece,
    names_in,
    read_piece,
    save_piece,
)

MARK_PREFIX = "doctor-"
MARK_BYTES = 64
LEAST_FREE_SHARE = 0.05


def check_files() -> Iterator[Found]:
    yield from _check_bucket() if settings.FILES_S3_BUCKET else _check_folder()


def _check_bucket() -> Iterator[Found]:
    """Do all that the server does there with a piece, which is swept up if it stays."""
    content, file_id = token_bytes(MARK_BYTES), new_id()
    try:
        next(names_in(file_id[:FOLDER_CHARS]), None)  # whose refusal says the most
        name = save_piece(file_id, content)
        try:
            is_there = b"".join(read_piece(name)) == content
        finally:
            is_gone = delete_piece(name)
    except (NoRoom, FileLost, OSError) as error:
        cause = error.__cause__ if isinstance(error, NoRoom | FileLost) else error
        yield failure(
            f"FILES_S3_BUCKET cannot be used: {getattr(cause, 'strerror', 'no answer')}.",
            "Look at FILES_S3_ENDPOINT, FILES_S3_REGION and the AWS_* credentials, which have to "
            "be allowed s3:ListBucket, s3:GetObject, s3:PutObject and s3:DeleteObject.",
        )
        return
    if is_there and is_gone:
        yield ok("FILES_S3_BUCKET is there: what was written was read again, and deleted.")
    else:
        yield failure(
            "FILES_S3_BUCKET gives back something else, or does not delete.",
            "Allow s3:DeleteObject, and take away what changes objects.",
        )


def _check_folder() -> Iterator[Found]:
    folder: Path = settings.FILES_DIRECTORY
    try:
        with marked(folder):
            pass
        free, total = shutil.disk_usage(folder).free, shutil.disk_usage(folder).total
    except OSError as error:
        yield failure(
            f"FILES_DIRECTORY cannot be written to: {error.strerror}.",
            "Make the folder, and let the user that runs this server write there.",
        )
        return
    yield from check_free(free, total)


def check_free(free: int, total: int) -> Iterator[Found]:
    text = f"FILES_DIRECTORY has {free / 1e9:.1f} GB of {total / 1e9:.1f} GB free."
    if free < max(settings.FILES_QUOTA_BYTES, LEAST_FREE_SHARE * total):
        yield warning(text, "Make room, or lower FILES_QUOTA_BYTES or FILES_RETENTION_DAYS.")
    else:
        yield ok(text)


@contextmanager
def marked(folder: Path) -> Iterator[str]:
    """Have a file in the folder, by whose name another process can tell that it sees this one."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    mark = folder / f"{MARK_PREFIX}{token_hex(8)}"
    mark.write_bytes(b"")
    try:
        yield mark.name
    finally:
        mark.unlink(missing_ok=True)


def has_mark(name: str) -> bool:
    return name.startswith(MARK_PREFIX) and (settings.FILES_DIRECTORY / Path(name).name).exists()
