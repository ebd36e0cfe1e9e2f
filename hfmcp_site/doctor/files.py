"""FILES_DIRECTORY: there, writable, with room."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex

from django.conf import settings

from hfmcp_site.doctor.findings import Found, failure, ok, warning

MARK_PREFIX = "doctor-"
LEAST_FREE_SHARE = 0.05


def check_files() -> Iterator[Found]:
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
