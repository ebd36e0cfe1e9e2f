"""Clients that are known by a document: when it is fetched, and what is remembered of it.

Only for a person who signed in and is about to decide. The token endpoint takes anybody's
client_id, and a client that is new there has nothing to redeem.
"""

import logging
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from oauth2_provider.settings import oauth2_settings

from accounts.authorization.client_documents import (
    DocumentError,
    DocumentWrong,
    TooManyFetches,
    check_url,
    host_of,
    is_document_url,
)
from accounts.authorization.models import Application
from accounts.authorization.registration import RegistrationRefused, read_metadata
from accounts.models import User

logger = logging.getLogger(__name__)

MAX_AT_ONCE = 10
MAX_AT_ONCE_A_PERSON = 2
MAX_FAILURES = 1_000


class DocumentsOff(DocumentError):
    """This server fetches no documents."""


def get_to_know(client_id: str, user: User) -> None:
    """Fetch the document of a client, unless what we know of it is still good.

    What was known outlives a failure, so that a passing outage locks nobody out. Raises
    DocumentError for a client that nothing is known of.
    """
    if not is_document_url(client_id):
        return
    check_url(client_id)
    application = Application.objects.filter(client_id=client_id).first()
    if application is not None and not _is_stale(application):
        return
    try:
        _fetch_and_store(client_id, user)
    except DocumentError:
        if application is None:
            raise


def _is_stale(application: Application) -> bool:
    if application.registration_source != Application.RegistrationSource.CIMD:
        return False  # an administrator's: no document may take it over
    return application.cimd_expires_at is None or application.cimd_expires_at <= timezone.now()


def _fetch_and_store(client_id: str, user: User) -> None:
    if not settings.OAUTH_CLIENT_DOCUMENTS:
        raise DocumentsOff("this server reads no such documents")
    failures.raise_again(client_id)
    try:
        with _place_for(user):
            document, max_age = oauth2_settings.CIMD_METADATA_FETCHER().fetch(client_id)
        _store(client_id, _fields(client_id, document), max_age)
    except TooManyFetches:
        raise
    except DocumentError as error:
        logger.warning("No client document from %s: %s.", host_of(client_id), error)
        failures.remember(client_id, error)
        raise


def _fields(client_id: str, document: dict[str, Any]) -> dict[str, Any]:
    if document.get("client_id") != client_id:
        # What binds it to its address: it can speak for no other client.
        raise DocumentWrong("what is there says that it is of another client")
    method = document.get("token_endpoint_auth_method")
    is_secret_shared = isinstance(method, str) and method.startswith("client_secret")
    if is_secret_shared or "client_secret" in document:
        raise DocumentWrong("what is there has to do with a secret, and everybody can read it")
    try:
        metadata = read_metadata(document)
    except RegistrationRefused as refused:
        raise DocumentWrong(f"what is there cannot be used: {refused}") from refused
    return {"name": metadata.name, "redirect_uris": " ".join(metadata.redirect_uris)}


def _store(client_id: str, fields: dict[str, Any], max_age: int) -> None:
    Application.objects.update_or_create(
        client_id=client_id,
        defaults={
            **fields,
            "user": None,
            "client_type": Application.CLIENT_PUBLIC,
            "client_secret": "",
            "authorization_grant_type": Application.GRANT_AUTHORIZATION_CODE,
            "registration_source": Application.RegistrationSource.CIMD,
            "cimd_expires_at": timezone.now() + timedelta(seconds=max_age),
        },
    )


_lock = threading.Lock()
_fetching: Counter[int] = Counter()
"""By user: nobody takes all places."""


@contextmanager
def _place_for(user: User) -> Iterator[None]:
    with _lock:
        if _fetching.total() >= MAX_AT_ONCE or _fetching[user.pk] >= MAX_AT_ONCE_A_PERSON:
            raise TooManyFetches
        _fetching[user.pk] += 1
    try:
        yield
    finally:
        with _lock:
            _fetching[user.pk] -= 1
            if not _fetching[user.pk]:
                del _fetching[user.pk]


class Failures:
    """Of each address for a minute, so that a page that is loaded again costs no fetch."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, tuple[float, type[DocumentError], str]] = OrderedDict()

    def remember(self, client_id: str, error: DocumentError) -> None:
        until = time.monotonic() + oauth2_settings.CIMD_FAILURE_BACKOFF_SECONDS
        with _lock:
            # What it says, not the exception itself, which holds on to every frame it came by.
            self._known[client_id] = until, type(error), str(error)
            self._known.move_to_end(client_id)
            while len(self._known) > MAX_FAILURES:
                self._known.popitem(last=False)

    def raise_again(self, client_id: str) -> None:
        with _lock:
            until, kind, text = self._known.get(client_id, (0.0, DocumentError, ""))
        if until > time.monotonic():
            raise kind(text)

    def clear(self) -> None:
        with _lock:
            self._known.clear()


failures = Failures()
