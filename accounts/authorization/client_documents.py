"""Client ID Metadata Documents: when one is fetched, and how.

A client names the address, so fetching it is a way into our own network, and a way to keep us
busy. Only public addresses are connected to (and to the very ones that were judged), no redirect is
followed, and all of it has to be over in a few seconds.
"""

from typing import Any
from urllib.parse import urlsplit

from django.urls import reverse
from oauth2_provider.cimd import CIMDError, _effective_max_age, _validate_client_id_url
from oauth2_provider.settings import oauth2_settings

from accounts.outgoing.asking import Answer, Request, ask_sync
from accounts.outgoing.errors import OutgoingError, UnreadableJson
from accounts.outgoing.pools import DOCUMENTS
from accounts.outgoing.untrusted_json import parse_json


class OnAuthorizationOnly:
    """Fetch for a person who signed in and is about to decide, never for whoever sends a request.

    The token endpoint takes anybody's client_id, and a client that is new there has nothing to
    redeem.
    """

    def has_permission(self, request: Any, client_id: str) -> bool:
        return urlsplit(request.uri).path == reverse("authorization:authorize")


class DocumentFetcher:
    """What django-oauth-toolkit's own does, with an end.

    The timeouts of that one start anew with each byte that trickles in.
    """

    def fetch(self, client_id: str) -> tuple[dict[str, Any], int]:
        """Return the document, and for how many seconds it holds. Raises CIMDError."""
        _validate_client_id_url(client_id)
        try:
            answer = ask_sync(
                DOCUMENTS,
                Request("GET", client_id, {"Accept": "application/json, application/*+json"}),
                max_bytes=oauth2_settings.CIMD_MAX_DOCUMENT_SIZE,
                seconds=oauth2_settings.CIMD_FETCH_TIMEOUT_SECONDS,
            )
        except OutgoingError as error:
            raise CIMDError(f"The document could not be fetched: {type(error).__name__}") from error
        return _read(answer), _effective_max_age(answer.headers.get("cache-control"))


def _read(answer: Answer) -> dict[str, Any]:
    if answer.status != 200:
        raise CIMDError(f"The document's server answered {answer.status}.")
    media_type = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not (media_type.startswith("application/") and media_type.endswith("json")):
        raise CIMDError("The document is not JSON.")
    try:
        document = parse_json(answer.body)
    except UnreadableJson as error:
        raise CIMDError("The document is not JSON.") from error
    if not isinstance(document, dict):
        raise CIMDError("The document is not a JSON object.")
    return document
