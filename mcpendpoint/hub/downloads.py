"""Reads a part of a file: from the Hub itself, or from the storage that it sends us to.

Small files come from the Hub's own origin. For large ones its resolve route redirects to another
host: that one hop is followed, without the token, over https, and never into a private network.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

from accounts.outgoing.asking import OpenAnswer, Request, open_answer
from accounts.outgoing.pools import HUB, STORAGE
from mcpendpoint.hub.errors import HubBadAnswer, HubUnavailable
from mcpendpoint.hub.transport import (
    MAX_REDIRECTS,
    REDIRECTS,
    authorization_header,
    error_of,
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


async def get_part(url: str, *, token: str | None, offset: int, length: int) -> FilePart:
    """Return up to `length` bytes, none from behind the end. Raises HubError."""
    if origin_of(url) != origin_of(settings.HF_ENDPOINT):
        raise HubBadAnswer("The Hub pointed to another host, which is not followed.")
    if not 0 < length <= MAX_LENGTH or offset < 0:
        raise ValueError(f"{offset=} {length=}")
    wanted = {"Range": f"bytes={offset}-{offset + length - 1}"}
    headers = {**wanted, **authorization_header(token)}
    return await try_with_retry(lambda: _follow(url, headers, wanted, offset, length))


async def _follow(
    url: str,
    headers: Mapping[str, str],
    anonymous_headers: Mapping[str, str],
    offset: int,
    length: int,
) -> FilePart:
    pool = HUB
    for _ in range(MAX_REDIRECTS + 1):
        request = Request("GET", url, headers)
        async with open_answer(pool, request, seconds=settings.HF_TIMEOUT_SECONDS) as answer:
            if answer.status not in REDIRECTS:
                has_token = "Authorization" in headers
                return await _part_of(answer, offset, length, has_token=has_token)
        if pool is STORAGE:
            raise HubBadAnswer("The Hub's storage redirected, which is not followed.")
        location = resolve_location(answer.headers.get("location", ""), url)
        if origin_of(location) != origin_of(settings.HF_ENDPOINT):
            if not _RESOLVE_ROUTE.fullmatch(urlsplit(url).path):
                raise HubBadAnswer("The Hub redirected to another host, which is not followed.")
            pool, headers = STORAGE, anonymous_headers
        url = location
    raise HubBadAnswer("The Hub redirected too often.")


async def _part_of(answer: OpenAnswer, offset: int, length: int, *, has_token: bool) -> FilePart:
    found = _CONTENT_RANGE.fullmatch(answer.headers.get("content-range", ""))
    size = int(found[3]) if found and found[3] != "*" else None
    if answer.status == 416:
        return FilePart(b"", _size_of(answer.headers, size))  # asked for what is behind the end
    if not answer.is_success:
        raise await error_of(answer, has_token=has_token)
    if answer.status != 206:
        return await _part_of_whole(answer, offset, length)
    if _is_compressed(answer):
        raise HubBadAnswer("A part of a compressed file came, which cannot be read.")
    if found is None or found[1] is None or int(found[1]) != offset:
        raise HubBadAnswer("Another part of the file came than was asked for.")
    expected = int(found[2]) - offset + 1
    if not 0 < expected <= length:
        raise HubBadAnswer("Another part of the file came than was asked for.")
    content = await answer.read_start(expected)
    if len(content) < expected:
        raise HubUnavailable("The file's content broke off.")
    return FilePart(content, _size_of(answer.headers, size))


async def _part_of_whole(answer: OpenAnswer, offset: int, length: int) -> FilePart:
    """Take the part out of a whole file, which comes from a server that knows no ranges."""
    declared = answer.headers.get("content-length", "")
    size = int(declared) if declared.isdecimal() and not _is_compressed(answer) else None
    if offset > MAX_SKIPPED_BYTES:
        raise HubBadAnswer("The server of this file can only read it from its beginning.")
    content = (await answer.read_start(offset + length))[offset:]
    if len(content) < length and size is None:
        size = offset + len(content) if content else None
    return FilePart(content, size)


def _is_compressed(answer: OpenAnswer) -> bool:
    return answer.headers.get("content-encoding", "").lower() not in ("", "identity")


def _size_of(headers: Mapping[str, str], size: int | None) -> int | None:
    linked = headers.get("x-linked-size", "")
    return size if size is not None or not linked.isdecimal() else int(linked)
