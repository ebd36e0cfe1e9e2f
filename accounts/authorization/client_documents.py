"""Fetches Client ID Metadata Documents (draft-ietf-oauth-client-id-metadata-document).

A client names the address, so fetching it is a way into our own network, and a way to keep us
busy. Only public addresses are connected to (and to the very ones that were judged), no redirect is
followed, and all of it has to be over in a few seconds.
"""

from typing import Any
from urllib.parse import urlsplit

from oauth2_provider.cimd import _effective_max_age
from oauth2_provider.settings import oauth2_settings

from accounts.outgoing import errors
from accounts.outgoing.asking import Answer, Request, ask_sync
from accounts.outgoing.pools import DOCUMENTS
from accounts.outgoing.untrusted_json import parse_json

MAX_ID_LENGTH = 255


class DocumentError(Exception):
    """Why there is no document; the text is for the person in front of the browser."""


class DocumentUnreachable(DocumentError):
    """We could not get there, or not now. That says nothing about the client."""


class TooManyFetches(DocumentUnreachable):
    """Nobody was asked, so there is nothing to remember."""

    def __init__(self) -> None:
        super().__init__("this server is asking for too many of them at the moment")


class DocumentWrong(DocumentError):
    """The document does not describe a client that we support."""


class DocumentFetcher:
    def fetch(self, client_id: str) -> tuple[dict[str, Any], int]:
        """Return the document, and for how many seconds it holds. Raises DocumentError."""
        try:
            answer = ask_sync(
                DOCUMENTS,
                Request("GET", client_id, {"Accept": "application/json, application/*+json"}),
                max_bytes=oauth2_settings.CIMD_MAX_DOCUMENT_SIZE,
                seconds=oauth2_settings.CIMD_FETCH_TIMEOUT_SECONDS,
            )
            document = _read(answer)
        except errors.OutgoingError as error:
            raise _in_words(error) from error
        return document, _effective_max_age(answer.headers.get("cache-control"))


def is_document_url(client_id: str) -> bool:
    """Return whether this id is the address of a document, rather than one that we gave out."""
    return client_id[:8].lower() == "https://"


def host_of(client_id: str) -> str:
    """Return the host as it may be shown and logged."""
    try:
        host = urlsplit(client_id).hostname or ""
    except ValueError:
        host = ""
    return host[:100].encode("ascii", "backslashreplace").decode()


def check_url(client_id: str) -> None:
    """Section 3 of the draft. Raises DocumentWrong."""
    try:
        url = urlsplit(client_id)
        _ = url.port  # raises for what is no port
    except ValueError as error:
        raise DocumentWrong("its address is not a URL") from error
    is_one_word = client_id.isascii() and client_id.isprintable() and " " not in client_id
    if url.scheme != "https" or not url.hostname or not is_one_word:
        # The host in it is shown to people, who could not tell it from one that looks alike.
        raise DocumentWrong("its address is not an https URL in plain ASCII")
    if "@" in url.netloc or "#" in client_id:
        raise DocumentWrong("its address has a user name or a fragment in it")
    if not url.path or {".", ".."} & set(url.path.split("/")):
        raise DocumentWrong("its address has no path, or one with dots")
    if len(client_id) > MAX_ID_LENGTH:
        raise DocumentWrong("its address is too long")


def _read(answer: Answer) -> dict[str, Any]:
    """Raises DocumentError, and UnreadableJson."""
    if answer.status == 429 or answer.status >= 500:
        raise DocumentUnreachable(f"it answered {answer.status}")
    if answer.status != 200:
        raise DocumentWrong(f"it answered {answer.status}")
    media_type = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not (media_type.startswith("application/") and media_type.endswith("json")):
        raise DocumentWrong("what is there is not sent as JSON")
    document = parse_json(answer.body)
    if not isinstance(document, dict):
        raise DocumentWrong("what is there is not a JSON object")
    return document


def _in_words(error: errors.OutgoingError) -> DocumentError:
    match error:
        case errors.Busy():
            return TooManyFetches()
        case errors.NotAUrl():
            return DocumentWrong("its address is not a URL")
        case errors.NotPublic():
            return DocumentWrong("its host is not of the internet")
        case errors.TooLarge():
            return DocumentWrong("what is there is too large")
        case errors.NotPlain():
            return DocumentWrong("what is there is compressed")
        case errors.UnreadableJson():
            return DocumentWrong("what is there is not JSON")
        case errors.TooSlow():
            return DocumentUnreachable("it took too long to answer")
        case _:
            return DocumentUnreachable("no connection to it could be made")
