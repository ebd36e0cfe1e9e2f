"""Reads a part of a file: from the Hub itself, or from the storage that it sends us to.

Small files come from the Hub's own origin. For large ones its resolve route redirects to another
host: that one hop is followed, without the token, over https, and never into a private network.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx2
from django.conf import settings

from accounts.outgoing import http_client
from mcpendpoint.hub import public_hosts
from mcpendpoint.hub.errors import HubBadAnswer, HubUnavailable
from mcpendpoint.hub.transport import (
    MAX_REDIRECTS,
    REDIRECTS,
    authorization_header,
    error_of,
    lower_case,
    origin_of,
    resolve_location,
    try_with_retry,
)

MAX_LENGTH = 16_000_000
MAX_SKIPPED_BYTES = 16_000_000
"""Of what comes before the part, from a server that sends whole files only."""

_RESOLVE_ROUTE = re.compile(r"(/[^/]+){1,3}/resolve/.+", re.ASCII)
_CONTENT_RANGE = re.compile(r"bytes (?:(\d{1,18})-(\d{1,18})|\*)/(\d{1,18}|\*)")


@dataclass(frozen=True)
class FilePart:
    content: bytes
    size: int | None
    """Of the whole file, None when the server did not say."""


@dataclass(frozen=True)
class _Hop:
    """Where to look next; `host` and `tls_name` when the URL has an address for a name."""

    url: str
    headers: Mapping[str, str]
    tls_name: str | None = None


async def get_part(url: str, *, token: str | None, offset: int, length: int) -> FilePart:
    """Return up to `length` bytes, none from behind the end. Raises HubError."""
    if origin_of(url) != origin_of(settings.HF_ENDPOINT):
        raise HubBadAnswer("The Hub pointed to another host, which is not followed.")
    if not 0 < length <= MAX_LENGTH or offset < 0:
        raise ValueError(f"{offset=} {length=}")
    headers = {
        "Range": f"bytes={offset}-{offset + length - 1}",
        "Accept-Encoding": "identity",  # or the range would be one of the compressed file
    }
    first = _Hop(url, {**headers, **authorization_header(token)})
    return await try_with_retry(lambda: _follow(first, headers, offset, length))


async def _follow(
    hop: _Hop, anonymous_headers: Mapping[str, str], offset: int, length: int
) -> FilePart:
    client = http_client()
    for _ in range(MAX_REDIRECTS + 1):
        extensions = {"sni_hostname": hop.tls_name} if hop.tls_name else {}
        request = client.build_request(
            "GET", hop.url, headers=dict(hop.headers), extensions=extensions
        )
        response = await client.send(request, stream=True)
        try:
            if response.status_code not in REDIRECTS:
                return await _part_of(response, offset, length)
            location = response.headers.get("location", "")
        finally:
            await response.aclose()
        hop = await _next_hop(hop, location, anonymous_headers)
    raise HubBadAnswer("The Hub redirected too often.")


async def _next_hop(hop: _Hop, location: str, anonymous_headers: Mapping[str, str]) -> _Hop:
    hub = origin_of(settings.HF_ENDPOINT)
    if origin_of(hop.url) != hub or hop.tls_name is not None:
        raise HubBadAnswer("The Hub's storage redirected, which is not followed.")
    url = resolve_location(location, hop.url)
    if origin_of(url) == hub:
        return _Hop(url, hop.headers)
    if not _RESOLVE_ROUTE.fullmatch(urlsplit(hop.url).path):
        raise HubBadAnswer("The Hub redirected to another host, which is not followed.")
    allow_loopback = public_hosts.is_loopback(settings.HF_ENDPOINT)
    target = await public_hosts.resolve(url, allow_loopback=allow_loopback)
    return _Hop(target.address_url, {**anonymous_headers, "Host": target.host}, target.tls_name)


async def _part_of(response: httpx2.Response, offset: int, length: int) -> FilePart:
    headers = lower_case(response.headers)
    found = _CONTENT_RANGE.fullmatch(headers.get("content-range", ""))
    size = int(found[3]) if found and found[3] != "*" else None
    if response.status_code == 416:
        return FilePart(b"", _size_of(headers, size))  # asked for what is behind the end
    if not response.is_success:
        has_token = "authorization" in response.request.headers
        raise await error_of(response, has_token=has_token)
    if headers.get("content-encoding", "identity") != "identity":
        raise HubBadAnswer("The file came in an encoding that was not asked for.")
    if response.status_code != 206:
        return await _part_of_whole(response, offset, length)
    if found is None or found[1] is None or int(found[1]) != offset:
        raise HubBadAnswer("Another part of the file came than was asked for.")
    expected = int(found[2]) - offset + 1
    content = await _read_exactly(response, 0, expected, length)
    return FilePart(content, _size_of(headers, size))


async def _part_of_whole(response: httpx2.Response, offset: int, length: int) -> FilePart:
    """Take the part out of a whole file, which comes from a server that knows no ranges."""
    declared = response.headers.get("content-length", "")
    size = int(declared) if declared.isdecimal() else None
    if offset > MAX_SKIPPED_BYTES:
        raise HubBadAnswer("The server of this file can only read it from its beginning.")
    content = await _read(response, offset, length)
    if len(content) < length and size is None:
        size = offset + len(content) if content else None
    return FilePart(content, size)


async def _read_exactly(response: httpx2.Response, skip: int, expected: int, length: int) -> bytes:
    if not 0 < expected <= length:
        raise HubBadAnswer("Another part of the file came than was asked for.")
    content = await _read(response, skip, expected)
    if len(content) < expected:
        raise HubUnavailable("The file's content broke off.")
    return content


async def _read(response: httpx2.Response, skip: int, length: int) -> bytes:
    """Read until there are `length` bytes after those to skip, and no further."""
    content, to_skip = bytearray(), skip
    async for chunk in response.aiter_raw():
        content += chunk[to_skip:] if to_skip < len(chunk) else b""
        to_skip = max(to_skip - len(chunk), 0)
        if len(content) >= length:
            break
    return bytes(content[:length])


def _size_of(headers: Mapping[str, str], size: int | None) -> int | None:
    linked = headers.get("x-linked-size", "")
    return size if size is not None or not linked.isdecimal() else int(linked)
