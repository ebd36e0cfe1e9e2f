"""The oldest of Gradio's transports, HTTP with SSE of MCP 2024-11-05; 5.28 to 5.31 have no other.

One stream of events carries all answers; each message is a POST of its own, which is answered by
202 and nothing. The stream says where to POST: of that only the session is taken, since the address
is a stranger's word, and Gradio 5.28 gives a wrong one where the `mcp` beside it is newer.
"""

import json
import re
from collections.abc import AsyncIterator, Mapping

from django.conf import settings

from accounts.outgoing.asking import OpenAnswer
from accounts.outgoing.errors import TooLarge
from mcpendpoint.gradio.exchange import (
    MAX_ANSWER_BYTES,
    MAX_ERROR_BYTES,
    MAX_MESSAGES,
    MESSAGE_HEADERS,
    AnswerTooLarge,
    Message,
    OnNotification,
    Reply,
    UnknownAnswer,
    error_of,
    is_response,
    read_message,
)
from mcpendpoint.gradio.transport import ask_space
from mcpendpoint.hub.events import PIECE_BYTES, EventDecoder

POST_SECONDS = 20
HELLO_ID = 0
INITIALIZED: Message = {"jsonrpc": "2.0", "method": "notifications/initialized"}

_SESSION = re.compile(rb"[?&]session_id=([A-Za-z0-9-]{8,80})(?:&|$)")


async def exchange_over_sse(
    space_url: str,
    hello: Message,
    request: Message,
    headers: Mapping[str, str],
    on_notification: OnNotification,
) -> Reply:
    """Raises OutgoingError or UnknownAnswer. A status other than 200 is a reply too."""
    base = f"{space_url}/gradio_api/mcp"
    async with ask_space(
        "GET",
        f"{base}/sse",
        {**headers, "Accept": "text/event-stream"},
        seconds=settings.MCP_CALL_TIMEOUT_SECONDS,
    ) as answer:
        kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
        if answer.status != 200:
            body = await answer.read_explanation(MAX_ERROR_BYTES)
            return Reply(answer.status, answer.headers, error_of(body))
        if kind != "text/event-stream":
            raise UnknownAnswer(f"it is of type {kind[:60] or 'unknown'}")
        stream = _Stream(answer)
        try:
            url = f"{base}/messages/?session_id={await stream.session()}"
            await _post(url, headers, {**hello, "id": HELLO_ID})
            await stream.response(HELLO_ID, on_notification)
            await _post(url, headers, INITIALIZED)
            await _post(url, headers, request)
            message = await stream.response(request["id"], on_notification)
        except TooLarge as error:
            raise AnswerTooLarge(f"it is larger than {MAX_ANSWER_BYTES // 1_000_000} MB") from error
        return Reply(200, answer.headers, message)


async def _post(url: str, headers: Mapping[str, str], message: Message) -> None:
    content = json.dumps(message).encode()
    headers = {**headers, **MESSAGE_HEADERS}
    async with ask_space("POST", url, headers, content, seconds=POST_SECONDS) as answer:
        if not answer.is_success:
            raise UnknownAnswer(f"it took a message with HTTP status {answer.status}")


class _Stream:
    def __init__(self, answer: OpenAnswer) -> None:
        self._pieces = answer.pieces(MAX_ANSWER_BYTES, at_a_time=PIECE_BYTES)
        self._messages = EventDecoder()
        self._addresses = EventDecoder(b"endpoint")
        self._waiting: list[bytes] = []

    async def session(self) -> str:
        async for piece in self._pieces:
            self._waiting.extend(self._messages.feed(piece))
            for address in self._addresses.feed(piece):
                found = _SESSION.search(address)
                if found is None:
                    raise UnknownAnswer("it names no session")
                return found[1].decode("ascii")
        raise UnknownAnswer("it ended before there was a session")

    async def response(self, request_id: int, on_notification: OnNotification) -> Message:
        count = 0
        async for event in self._events():
            if (count := count + 1) > MAX_MESSAGES:
                raise UnknownAnswer(f"it has more than {MAX_MESSAGES:,} messages")
            message = await read_message(event)
            if is_response(message, request_id):
                return message
            if isinstance(message.get("method"), str) and "id" not in message:
                await on_notification(message)
        raise UnknownAnswer("it ended before there was a result")

    async def _events(self) -> AsyncIterator[bytes]:
        while self._waiting:
            yield self._waiting.pop(0)
        async for piece in self._pieces:
            self._waiting.extend(self._messages.feed(piece))
            while self._waiting:
                yield self._waiting.pop(0)
