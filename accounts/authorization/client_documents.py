"""When a Client ID Metadata Document may be fetched.

Fetching, with its guard against being sent into our own network, is django-oauth-toolkit's
(SafeMetadataFetcher, setting CIMD_METADATA_FETCHER).
"""

from typing import Any
from urllib.parse import urlsplit

from django.urls import reverse


class OnAuthorizationOnly:
    """Fetch for a person who signed in and is about to decide, never for whoever sends a request.

    The token endpoint takes anybody's client_id, and a client that is new there has nothing to
    redeem.
    """

    def has_permission(self, request: Any, client_id: str) -> bool:
        return urlsplit(request.uri).path == reverse("authorization:authorize")
