"""Where a file can be taken from: the call itself, the web, the Hub. All of it is hostile."""

import re
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from urllib.parse import unquote, unquote_to_bytes, urljoin, urlsplit

from django.conf import settings

from accounts.outgoing.asking import OpenAnswer, Request, open_answer
from accounts.outgoing.errors import Busy, NotAUrl, NotPublic, OutgoingError, TooLarge
from accounts.outgoing.pools import FILES
from mcpendpoint.files.keeping import FileTooLarge
from mcpendpoint.files.names import NAMELESS, ending_of
from mcpendpoint.protocol.records import Reason
from mcpendpoint.tools.base import ToolContext, ToolError
from mcpendpoint.tools.hf_fs.arguments import Operation
from mcpendpoint.tools.hf_fs.failures import Failure
from mcpendpoint.tools.hf_fs.options import Command
from mcpendpoint.tools.hf_fs.provider import Fs, hub_failures
from mcpendpoint.tools.hf_fs.stored_files import file_at, store_of
from mcpendpoint.tools.hf_fs.uri import FILE_ROOTS, Uri, parse_uri

FETCH_SECONDS = 120
MAX_REDIRECTS = 4
MAX_URL_CHARS = 4_000
PART_BYTES = 4_000_000
REDIRECTS = (301, 302, 303, 307, 308)

_DATA = re.compile(r"data:(?P<type>[^,;]{0,100})(?P<parameters>(?:;[^,;]{0,200}){0,10}),", re.I)


@dataclass(frozen=True)
class Source:
    parts: AsyncIterator[bytes]
    name: str
    mime_type: str
    size: int | None
    """None when it is not known before the end."""


@asynccontextmanager
async def open_source(text: str, context: ToolContext) -> AsyncIterator[Source]:
    """Open what a URI leads to. Raises ToolError."""
    scheme = text.partition(":")[0].lower()
    if scheme == "data":
        yield _from_data(text)
    elif scheme == "hf":
        yield await _from_hub(text, context)
    elif scheme == "https":
        with _told():
            async with _opened(text) as (answer, url):
                yield _from_web(answer, url)
    else:
        raise ToolError(
            "source should be an https:// URL, an hf:// URI of a file, or a data: URI; what stands "
            "in text is kept as it is.",
            reason=Reason.INVALID_ARGUMENTS,
        )


def from_text(text: str) -> Source:
    try:
        content = text.encode()
    except UnicodeEncodeError as error:
        raise ToolError("text is not valid Unicode.") from error
    return Source(_once(content), f"{NAMELESS}.txt", "text/plain", len(content))


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content


def _from_data(uri: str) -> Source:
    found = _DATA.match(uri)
    if found is None:
        raise ToolError(
            "source is no data: URI: write data:<type>;base64,<content>.",
            reason=Reason.INVALID_ARGUMENTS,
        )
    is_base64 = found["parameters"].lower().endswith(";base64")
    rest = uri[found.end() :]
    try:
        content = b64decode("".join(unquote(rest).split()), validate=True) if is_base64 else b""
    except (NotBase64, ValueError) as error:
        raise ToolError("source is a data: URI whose content is not valid base64.") from error
    if not is_base64:
        content = unquote_to_bytes(rest)
    mime_type = found["type"].strip() or "text/plain"
    return Source(_once(content), f"{NAMELESS}{ending_of(mime_type)}", mime_type, len(content))


async def _from_hub(text: str, context: ToolContext) -> Source:
    try:
        uri = parse_uri(text, endpoint=settings.HF_ENDPOINT)
        if uri.root not in FILE_ROOTS or not uri.path:
            raise ToolError(
                "An hf:// URI should be of a file of a repository or bucket.",
                reason=Reason.INVALID_ARGUMENTS,
            )
        fs = Fs(await context.hub(), context)
        with hub_failures(uri, fs):
            size = (await file_at(Operation(Command.CAT, uri), fs)).size
    except Failure as failure:
        raise _as_tool_error(failure) from failure
    if size is None:
        raise ToolError(f"The Hub does not say how large {uri} is.")
    return Source(_parts_of(uri, fs, size), uri.path.rpartition("/")[2], "", size)


async def _parts_of(uri: Uri, fs: Fs, size: int) -> AsyncIterator[bytes]:
    for offset in range(0, size, PART_BYTES):
        length = min(PART_BYTES, size - offset)
        try:
            with hub_failures(uri, fs):
                part = await store_of(uri).read(fs.hub, uri.path, offset=offset, length=length)
        except Failure as failure:
            raise _as_tool_error(failure) from failure
        if len(part.content) != length or part.size not in (size, None):
            raise ToolError(f"{uri} changed while it was read.", is_retryable=True)
        yield part.content


def _as_tool_error(failure: Failure) -> ToolError:
    return ToolError(failure.plain_message, is_retryable=failure.is_retryable)


@asynccontextmanager
async def _opened(url: str) -> AsyncIterator[tuple[OpenAnswer, str]]:
    """Follow redirects, each of which may only lead to a public address. Raises OutgoingError."""
    for _ in range(MAX_REDIRECTS + 1):
        if len(url) > MAX_URL_CHARS:
            raise NotAUrl("The URL is too long.")
        async with open_answer(FILES, Request("GET", url, {}), seconds=FETCH_SECONDS) as answer:
            location = answer.headers.get("location", "")
            if answer.status not in REDIRECTS or not location:
                yield answer, url
                return
        try:
            url = urljoin(url, location)
        except ValueError as error:
            raise NotAUrl("The redirect is none.") from error
    raise NotAUrl("It redirects too often.")


def _from_web(answer: OpenAnswer, url: str) -> Source:
    if not answer.is_success:
        raise ToolError(f"The server of the URL answered with status {answer.status}.")
    told = answer.headers.get("content-length", "")
    is_plain = answer.headers.get("content-encoding", "identity").lower() in ("", "identity")
    size = int(told) if is_plain and told.isascii() and told.isdigit() and len(told) < 16 else None
    mime_type = answer.headers.get("content-type", "")
    name = unquote(urlsplit(url).path.rpartition("/")[2], errors="replace")
    ending = ending_of(mime_type.partition(";")[0].strip().lower())
    return Source(_body_of(answer), name or f"{NAMELESS}{ending}", mime_type, size)


async def _body_of(answer: OpenAnswer) -> AsyncIterator[bytes]:
    try:
        async for part in answer.pieces(settings.FILES_MAX_BYTES):
            yield part
    except TooLarge as error:
        raise FileTooLarge from error


@contextmanager
def _told() -> Iterator[None]:
    """Raise ToolError for what goes wrong with a URL that an assistant named."""
    try:
        yield
    except Busy as error:
        raise ToolError(
            "Too many files are being fetched right now.",
            is_retryable=True,
            retry_after_seconds=error.retry_after_seconds,
        ) from error
    except (NotPublic, NotAUrl) as error:
        raise ToolError(
            "The URL cannot be fetched: it has to be https://, to a public address, on the usual "
            "port, without too many redirects."
        ) from error
    except OutgoingError as error:
        raise ToolError(
            "The URL could not be fetched: its server was not reached, broke off, or took more "
            f"than {FETCH_SECONDS} seconds.",
            is_retryable=True,
        ) from error
