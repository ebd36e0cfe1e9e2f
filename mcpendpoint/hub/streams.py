"""Follows what a Hugging Face service sends bit by bit, such as the log of a running job.

A stream holds a connection for minutes: there are few of them at once, and each caller has fewer.
"""

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import httpx2

from accounts.outgoing import stream_client
from mcpendpoint.hub.errors import (
    HubBadAnswer,
    HubError,
    HubRateLimited,
    HubUnavailable,
    HubUncertain,
)
from mcpendpoint.hub.events import EventDecoder
from mcpendpoint.hub.transport import HubRequest, error_of, was_refused

EVENT_STREAM = "text/event-stream"

MAX_STREAMS = 32
MAX_STREAMS_PER_CALLER = 8
SILENCE_SECONDS = 75.0
"""Longer than twice the 30 seconds in which the Hub says that it is still there."""
BUSY_SECONDS = 10


class Places:
    """How many streams are open, and whose."""

    def __init__(self, total: int, per_caller: int) -> None:
        self._total = total
        self._per_caller = per_caller
        self._taken: Counter[str] = Counter()

    @contextmanager
    def one_for(self, caller: str) -> Iterator[None]:
        """Raises HubRateLimited when there is none left."""
        if self._taken.total() >= self._total or self._taken[caller] >= self._per_caller:
            raise HubRateLimited(
                "Too much is being followed at once.", retry_after_seconds=BUSY_SECONDS
            )
        self._taken[caller] += 1
        try:
            yield
        finally:
            self._taken[caller] -= 1
            self._taken += Counter()  # forgets who has none


_places = Places(MAX_STREAMS, MAX_STREAMS_PER_CALLER)


@asynccontextmanager
async def open_stream(
    request: HubRequest, *, media_type: str, caller: str
) -> AsyncIterator[AsyncIterator[bytes]]:
    """Open a stream of what comes, as it comes; leaving the context ends it.

    Raises HubError, also from taking the next piece: HubUnavailable when it breaks off. No redirect
    is followed. `request` carries its credential already.
    """
    client = stream_client()
    outgoing = client.build_request(
        request.method,
        request.url,
        # Uncompressed, so that the number of bytes read is the number of bytes held.
        headers={**request.headers, "Accept": media_type, "Accept-Encoding": "identity"},
        content=request.body,
        timeout=httpx2.Timeout(SILENCE_SECONDS, connect=5, pool=5),
    )
    with _places.one_for(caller):
        response = await _send(client, outgoing)
        try:
            await _check(response)
            yield _pieces(response, request.max_bytes)
        finally:
            await response.aclose()


@asynccontextmanager
async def open_events(request: HubRequest, *, caller: str) -> AsyncIterator[AsyncIterator[bytes]]:
    """Open a stream of server-sent events: the data of each. Raises as `open_stream` does."""
    async with open_stream(request, media_type=EVENT_STREAM, caller=caller) as pieces:
        yield _decoded(pieces)


async def _decoded(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    decoder = EventDecoder()
    async for piece in pieces:
        for event in decoder.feed(piece):
            yield event


async def _send(client: httpx2.AsyncClient, request: httpx2.Request) -> httpx2.Response:
    try:
        return await client.send(request, stream=True)
    except httpx2.HTTPError as error:
        unavailable = HubUnavailable("Hugging Face could not be reached.")
        unavailable.__cause__ = error
        raise _of(request, unavailable) from error


async def _check(response: httpx2.Response) -> None:
    if not response.is_success:
        has_token = "authorization" in response.request.headers
        try:
            error = await error_of(response, has_token=has_token)
        except httpx2.HTTPError as broken:
            raise HubUnavailable("The answer broke off.") from broken
        raise _of(response.request, error)
    is_page = "html" in response.headers.get("content-type", "")
    if is_page or response.headers.get("content-encoding", "identity") != "identity":
        raise HubBadAnswer("The answer is not the stream that was asked for.")


def _of(request: httpx2.Request, error: HubError) -> HubError:
    """Return what a failure means: what was to be done once may have been done."""
    if request.method == "GET" or not isinstance(error, HubUnavailable) or was_refused(error):
        return error
    return HubUncertain(error.message, status=error.status)


async def _pieces(response: httpx2.Response, max_bytes: int) -> AsyncIterator[bytes]:
    size = 0
    try:
        async for piece in response.aiter_raw():
            size += len(piece)
            if size > max_bytes:
                raise HubBadAnswer(f"The stream is larger than {max_bytes:,} bytes.")
            yield piece
    except httpx2.ReadTimeout as error:
        raise HubUnavailable("The stream fell silent.") from error
    except httpx2.HTTPError as error:
        raise HubUnavailable("The stream broke off.") from error
