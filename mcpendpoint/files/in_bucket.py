"""The storage `files` where FILES_S3_BUCKET is set: a bucket of S3, or of what speaks as S3 does.

django-storages' own raises botocore's errors, where those above expect OSError as of a disk; holds
all of a piece before its first byte can be read; and lets threads share a resource of boto3, which
is not to be shared (https://docs.aws.amazon.com/boto3/latest/guide/resources.html).
"""

import errno
import logging
import re
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from functools import cache
from threading import Lock
from typing import Any

import boto3
from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,
    HTTPClientError,
    NoCredentialsError,
)
from django.core.files.base import File
from storages.backends.s3 import S3Storage
from storages.utils import clean_name

logger = logging.getLogger(__name__)

CONNECT_SECONDS = 3
READ_SECONDS = 20
ATTEMPTS = 2
PAUSE_SECONDS = 5.0
"""Nobody waits for a storage that did not answer so short a time ago."""
MOST_IN_ONE_REQUEST = 5 * 1024**3
"""S3's own bound. Parts of an upload in parts would stay, and cost, when a process ends amid it."""

_AWAY = (ConnectionError, HTTPClientError, NoCredentialsError)  # which are looked for, for seconds
_LOST = {"404", "NoSuchKey"}
_CODE = re.compile(r"[A-Za-z0-9.]{1,60}")
_CHECKSUMS = ("request_checksum_calculation", "response_checksum_validation")
_Translating = Callable[[], AbstractContextManager[None]]

_connecting = Lock()
"""A session is not to be used by two threads at once; what it makes for each of them may be."""


@cache
def _session() -> Any:
    """Return that of the process: it reads the description of S3 once, and renews credentials."""
    return boto3.Session()


class PieceInBucket(File):  # type: ignore[type-arg]  # it takes none when it runs
    """Comes as it is read; no more of it is held than what is asked for."""

    def __init__(self, body: Any, name: str, translating: _Translating) -> None:
        super().__init__(body, name)
        self._body = body
        self._translating = translating

    def read(self, size: int = -1) -> bytes:
        with self._translating():
            content: bytes = self._body.read(None if size < 0 else size)
        return content


class BucketStorage(S3Storage):
    """Raises OSError for all that goes wrong, FileNotFoundError for what is not there."""

    file_overwrite = False
    transfer_config = TransferConfig(use_threads=False, multipart_threshold=MOST_IN_ONE_REQUEST)

    def __init__(self, **options: Any) -> None:
        # Not all that speaks as S3 does knows the checksums that AWS's own gets since 2025.
        checksums = dict.fromkeys(
            _CHECKSUMS if options.get("endpoint_url") else (), "when_required"
        )
        config = Config(
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
            **checksums,
        )
        super().__init__(client_config=config, **options)
        self._away_until = 0.0

    def _create_session(self) -> Any:
        return _session()

    @property
    def connection(self) -> Any:
        """Return that of this thread. Raises OSError at once while the storage is away."""
        if time.monotonic() < self._away_until:
            raise OSError(errno.EHOSTDOWN, "away")
        try:
            with _connecting:
                return super().connection
        except ValueError as error:  # such as a host with an underscore in its name
            raise OSError(errno.EINVAL, "its endpoint is none") from error

    @property
    def bucket(self) -> Any:
        return self.connection.Bucket(self.bucket_name)

    def url(self, *args: Any, **kwargs: Any) -> str:
        """Hand out no link: files are reached through our own pages alone."""
        raise NotImplementedError

    def exists(self, name: str) -> bool:
        with self._translating():
            return bool(super().exists(name))

    def delete(self, name: str) -> None:
        with self._translating():
            super().delete(name)

    def get_modified_time(self, name: str) -> datetime:
        with self._translating():
            modified: datetime = super().get_modified_time(name)
        return modified

    def listdir(self, path: str) -> tuple[list[str], Iterator[str]]:
        """Return no folders, and the names of pieces as they come: there may be very many."""
        return [], self._names_in(f"{self._key_of(path)}/")

    def _names_in(self, prefix: str) -> Iterator[str]:
        with self._translating():
            paginator = self.connection.meta.client.get_paginator("list_objects_v2")
            for page in paginator.paginate(Bucket=self.bucket_name, Prefix=prefix, Delimiter="/"):
                for each in page.get("Contents", ()):
                    yield each["Key"].removeprefix(prefix)

    def _open(self, name: str, mode: str = "rb") -> PieceInBucket:
        if mode != "rb":
            raise ValueError("A piece is written once, by save.")
        with self._translating():
            body = self.bucket.Object(self._key_of(name)).get()["Body"]
        return PieceInBucket(body, name, self._translating)

    def _save(self, name: str, content: "File[bytes]") -> str:
        with self._translating():
            return str(super()._save(name, content))

    def _key_of(self, name: str) -> str:
        return str(self._normalize_name(clean_name(name)))

    @contextmanager
    def _translating(self) -> Iterator[None]:
        try:
            yield
        except ClientError as error:
            code = _code_of(error)
            if code in _LOST:
                raise FileNotFoundError(errno.ENOENT, code) from error
            logger.warning("The files' bucket refused %s: %s", error.operation_name, code)
            raise OSError(errno.EIO, code) from error
        except (BotoCoreError, Boto3Error) as error:
            if isinstance(error, _AWAY):
                self._away_until = time.monotonic() + PAUSE_SECONDS
            kind = type(error).__name__
            logger.warning("The files' bucket cannot be asked: %s", kind)
            raise OSError(errno.EIO, kind) from error


def _code_of(error: ClientError) -> str:
    """Return what S3 calls it; a server that is none may say anything there."""
    code = str(error.response.get("Error", {}).get("Code", ""))
    return code if _CODE.fullmatch(code) else "an unknown answer"
