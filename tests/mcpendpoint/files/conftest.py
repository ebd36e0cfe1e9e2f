from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import User
from mcpendpoint.files.keeping import keep_upload
from mcpendpoint.files.models import StoredFile
from tests.accounts.conftest import make_user


@pytest.fixture
def alice(db) -> User:
    return make_user("alice-of-files")


@pytest.fixture
def keep(alice) -> Callable[..., StoredFile]:
    def keep(
        name: str = "notes.txt",
        content: bytes = b"mine",
        mime_type: str = "text/plain",
        user: User = alice,
    ) -> StoredFile:
        return keep_upload(user, SimpleUploadedFile(name, content, mime_type))

    return keep


def store_in(settings: Any, folder: Path) -> None:
    files = settings.STORAGES["files"]
    options = {**files["OPTIONS"], "location": folder}
    settings.STORAGES = {**settings.STORAGES, "files": {**files, "OPTIONS": options}}


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    store_in(settings, tmp_path)
    return tmp_path


@pytest.fixture
def on_disk(folder: Path) -> Callable[[StoredFile], list[Path]]:
    """Find the bytes of a file where the storage has them."""
    return lambda file: list(folder.rglob(f"{file.pk}.*"))
