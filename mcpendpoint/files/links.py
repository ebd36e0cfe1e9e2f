"""Signed links to files: they open without a session, for as long as the file is there."""

from urllib.parse import quote

from django.conf import settings
from django.core.signing import Signer
from django.urls import reverse
from django.utils.crypto import constant_time_compare

from mcpendpoint.files.models import StoredFile

_signer = Signer(salt="mcpendpoint.files.links")


FILES_PATH = "/files/"
"""Not looked up, since a program that a client starts has no pages."""


def files_url() -> str:
    """Return where people upload files."""
    return f"{settings.PUBLIC_URL}{FILES_PATH}"


def shared_path(file: StoredFile) -> str:
    return reverse("files:shared", args=[file.pk, _signature(file.pk), file.name])


def shared_url(file: StoredFile) -> str:
    return str(settings.PUBLIC_URL) + shared_path(file)


def download_path(file: StoredFile) -> str:
    """Return the path below any address of the endpoint; below the site itself it is the same."""
    return f"{FILES_PATH}shared/{file.pk}/{_signature(file.pk)}"


def is_signed(file_id: str, signature: str) -> bool:
    return constant_time_compare(signature, _signature(file_id))


def disposition_of(file: StoredFile, *, is_shown: bool) -> str:
    """Return a Content-Disposition that every browser reads, whatever the name is."""
    plain = file.name.encode("ascii", "replace").decode().replace("\\", "_").replace('"', "_")
    kind = "inline" if is_shown else "attachment"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(file.name, safe='')}"


def _signature(file_id: str) -> str:
    return _signer.signature(file_id)
