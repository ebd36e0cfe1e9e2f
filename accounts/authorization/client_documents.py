"""Client ID Metadata Documents: when one is fetched, and how.

A client names the address, so fetching it is a way into our own network, and a way to keep us
busy. Only public addresses are connected to (and to the very ones that were judged), no redirect is
followed, and all of it has to be over in a few seconds.
"""

import asyncio
import json
from collections.abc import Iterable
from ipaddress import ip_address
from typing import Any
from urllib.parse import SplitResult, urlsplit

import httpx2
from asgiref.sync import async_to_sync
from django.urls import reverse
from oauth2_provider.cimd import (
    CIMDError,
    _effective_max_age,
    _resolve_and_validate,
    _validate_client_id_url,
)
from oauth2_provider.settings import oauth2_settings

from accounts.public_addresses import is_public


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
        return async_to_sync(_fetch)(client_id)


async def _fetch(client_id: str) -> tuple[dict[str, Any], int]:
    url = _validate_client_id_url(client_id)
    try:
        async with asyncio.timeout(oauth2_settings.CIMD_FETCH_TIMEOUT_SECONDS):
            addresses = await asyncio.to_thread(
                _public_addresses, url.hostname or "", url.port or 443
            )
            return await _fetch_from(addresses, url)
    except TimeoutError as error:
        raise CIMDError("The document took too long.") from error


def _public_addresses(host: str, port: int) -> list[str]:
    """Return the addresses of a host. Raises CIMDError unless all are of the internet."""
    addresses: list[str] = _resolve_and_validate(host, port)
    if not all(is_public(ip_address(address.partition("%")[0])) for address in addresses):
        raise CIMDError("The document's host is not of the internet.")
    return addresses


async def _fetch_from(addresses: Iterable[str], url: SplitResult) -> tuple[dict[str, Any], int]:
    problem: httpx2.HTTPError | None = None
    # A client of its own: a pooled one would take a connection for the name of another host.
    async with httpx2.AsyncClient(trust_env=False, follow_redirects=False) as client:
        for address in dict.fromkeys(addresses):
            try:
                return await _fetch_from_address(client, address, url)
            except httpx2.HTTPError as error:
                problem = error
    raise CIMDError(f"The document could not be fetched: {type(problem).__name__}")


async def _fetch_from_address(
    client: httpx2.AsyncClient, address: str, url: SplitResult
) -> tuple[dict[str, Any], int]:
    # The address goes where a name would be looked up again; the name is what TLS verifies.
    request = client.build_request(
        "GET",
        httpx2.URL(
            scheme="https",
            host=address,
            port=url.port or 443,
            raw_path=f"{url.path}?{url.query}".removesuffix("?").encode("ascii", "strict"),
        ),
        headers={
            "Host": url.netloc,
            "Accept": "application/json, application/*+json",
            "Accept-Encoding": "identity",
        },
        extensions={"sni_hostname": url.hostname},
    )
    response = await client.send(request, stream=True)
    try:
        return await _read(response)
    finally:
        await response.aclose()


async def _read(response: httpx2.Response) -> tuple[dict[str, Any], int]:
    if response.status_code != 200:
        raise CIMDError(f"The document's server answered {response.status_code}.")
    media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    is_json = media_type.startswith("application/") and media_type.endswith("json")
    if not is_json or response.headers.get("content-encoding", "identity") != "identity":
        raise CIMDError("The document is not plain JSON.")
    body = b""
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > oauth2_settings.CIMD_MAX_DOCUMENT_SIZE:
            raise CIMDError("The document is too large.")
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise CIMDError("The document is not JSON.") from error
    if not isinstance(document, dict):
        raise CIMDError("The document is not a JSON object.")
    return document, _effective_max_age(response.headers.get("cache-control"))
