"""Follows what a Hugging Face service sends bit by bit, such as the log of a running job.

A stream holds a connection for minutes: there are few of them at once, and each caller has fewer.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from django.conf import settings

from accounts.outgoing.asking import OpenAnswer, Request, open_answer
from accounts.outgoing.errors import Busy, OutgoingError, Share, Silent, TooLarge
from accounts.outgoing.pools import STREAMS
from mcpendpoint.hub.errors import HubBadAnswer, HubBusy, HubError, HubUnavailable, HubUncertain
from mcpendpoint.hub.events import PIECE_BYTES, EventDecoder
from mcpendpoint.hub.transport import HubRequest, error_from_failure, error_of, was_refused

EVENT_STREAM = "text/event-stream"

SILENCE_SECONDS = 75.0
"""Longer than twice the 30 seconds in which the Hub says that it is still there."""


@asynccontextmanager
async def open_stream(
    request: HubRequest, *, media_type: str
) -> AsyncIterator[AsyncIterator[bytes]]:
    """Open a stream of what comes, as it comes; leaving the context ends it.

    Raises HubError, also from taking the next piece: HubUnavailable when it breaks off. No redirect
    is followed. `request` carries its credential already.
    """
    headers = {**request.headers, "Accept": media_type}
    outgoing = Request(request.method, request.url, headers, request.body)
    try:
        async with open_answer(
            STREAMS,
            outgoing,
            seconds=settings.MCP_CALL_TIMEOUT_SECONDS,
            silence_seconds=SILENCE_SECONDS,
        ) as answer:
            await _check(request, answer)
            yield _pieces(answer, request.max_bytes)
    except Busy as error:
        if error.share is Share.REQUEST:
            raise error_from_failure(error) from error
        raise HubBusy(
            "Too much is being followed at once.", retry_after_seconds=error.retry_after_seconds
        ) from error
    except OutgoingError as error:
        failure = error_from_failure(error)
        failure.__cause__ = error
        raise _of(request, failure) from error


@asynccontextmanager
async def open_events(request: HubRequest) -> AsyncIterator[AsyncIterator[bytes]]:
    """Open a stream of server-sent events: the data of each. Raises as `open_stream` does."""
    async with open_stream(request, media_type=EVENT_STREAM) as pieces:
        yield _decoded(pieces)


async def _decoded(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    decoder = EventDecoder()
    async for piece in pieces:
        for event in decoder.feed(piece):
            yield event


async def _check(request: HubRequest, answer: OpenAnswer) -> None:
    if not answer.is_success:
        raise _of(request, await error_of(answer, has_token="Authorization" in request.headers))
    if "html" in answer.headers.get("content-type", ""):
        raise HubBadAnswer("The answer is not the stream that was asked for.")


def _of(request: HubRequest, error: HubError) -> HubError:
    """Return what a failure means: what was to be done once may have been done."""
    if request.method == "GET" or was_refused(error):
        return error
    return HubUncertain(error.message, status=error.status)


async def _pieces(answer: OpenAnswer, max_bytes: int) -> AsyncIterator[bytes]:
    try:
        async for piece in answer.pieces(max_bytes, at_a_time=PIECE_BYTES):
            yield piece
    except TooLarge as error:
        raise HubBadAnswer(f"The stream is larger than {max_bytes:,} bytes.") from error
    except Silent as error:
        raise HubUnavailable("The stream fell silent.") from error
    except OutgoingError as error:
        raise error_from_failure(error) from error
