"""One JSON-RPC request POSTed to a Space, its notifications handed on as they arrive.

The answer comes as JSON or as a stream of events, and is read as hostile input.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from accounts.outgoing.asking import OpenAnswer
from accounts.outgoing.errors import NotPlain, TooLarge, UnreadableJson
from accounts.outgoing.untrusted_json import parse_json
from mcpendpoint.gradio.transport import ask_space
from mcpendpoint.hub.events import PIECE_BYTES, EventDecoder

MAX_ANSWER_BYTES = 25_000_000
MAX_ERROR_BYTES = 20_000
MAX_MESSAGES = 20_000
MAX_VALUES = 50_000
MAX_BYTES_ON_THE_LOOP = 250_000
REQUEST_ID = 1
MESSAGE_HEADERS = {
    "Content-Type": "application/json",
    "Accept": "application/json, text/event-stream",
}

Message = dict[str, Any]
OnNotification = Callable[[Message], Awaitable[None]]


class UnknownAnswer(Exception):
    """The answer is not of the protocol; the message says in what way."""


class AnswerTooLarge(UnknownAnswer):
    pass


@dataclass(frozen=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    message: Message
    """The JSON-RPC response; for a status other than 200, what of one could be read."""


async def exchange(
    url: str,
    request: Message,
    headers: Mapping[str, str],
    on_notification: OnNotification,
    *,
    max_bytes: int = MAX_ANSWER_BYTES,
) -> Reply:
    """Raises OutgoingError or UnknownAnswer. A status other than 200 is a reply too."""
    async with ask_space(
        "POST",
        url,
        {**headers, **MESSAGE_HEADERS},
        json.dumps(request).encode(),  # takes any number, as the client may have sent
        seconds=settings.MCP_CALL_TIMEOUT_SECONDS,
    ) as answer:
        if answer.status != 200:
            body = await answer.read_explanation(MAX_ERROR_BYTES)
            return Reply(answer.status, answer.headers, error_of(body))
        kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
        try:
            message = await _read(kind, answer, on_notification, max_bytes)
        except TooLarge as error:
            raise AnswerTooLarge(f"it is larger than {max_bytes // 1_000_000} MB") from error
        except NotPlain as error:
            raise UnknownAnswer("it is compressed, which was not asked for") from error
        return Reply(200, answer.headers, message)


async def _read(
    kind: str, answer: OpenAnswer, on_notification: OnNotification, max_bytes: int
) -> Message:
    if kind == "text/event-stream":
        return await _read_events(answer, on_notification, max_bytes)
    if kind == "application/json":
        return await _read_json(answer, max_bytes)
    raise UnknownAnswer(f"it is of type {kind[:60] or 'unknown'}")


async def _read_events(
    answer: OpenAnswer, on_notification: OnNotification, max_bytes: int
) -> Message:
    decoder = EventDecoder()
    pieces = answer.pieces(max_bytes, at_a_time=PIECE_BYTES)
    count = 0
    async for piece in pieces:
        for event in decoder.feed(piece):
            if (count := count + 1) > MAX_MESSAGES:
                raise UnknownAnswer(f"it has more than {MAX_MESSAGES:,} messages")
            message = await read_message(event)
            if is_response(message):
                answer.ends_soon(pieces)
                return message
            if isinstance(message.get("method"), str) and "id" not in message:
                await on_notification(message)
    raise UnknownAnswer("it ended before there was a result")


async def _read_json(answer: OpenAnswer, max_bytes: int) -> Message:
    message = await read_message(await answer.read(max_bytes))
    if not is_response(message):
        raise UnknownAnswer("it holds no result")
    return message


async def read_message(data: bytes) -> Message:
    """Parse a message, a large one in a thread: between its steps others get their turn."""
    if len(data) <= MAX_BYTES_ON_THE_LOOP:
        return parse_message(data)
    return await asyncio.to_thread(parse_message, data)


def parse_message(data: bytes) -> Message:
    try:
        message = parse_json(data, max_values=MAX_VALUES)
    except UnreadableJson as error:
        raise UnknownAnswer(f"as JSON it cannot be read: {error}") from error
    if not isinstance(message, dict):
        raise UnknownAnswer("it is not a JSON-RPC message")
    return message


def is_response(message: Message, request_id: int = REQUEST_ID) -> bool:
    # An error about a request that could not be read has no id.
    has_our_id = message.get("id") in (request_id, str(request_id), None)
    return has_our_id and ("result" in message or "error" in message)


def error_of(body: bytes) -> Message:
    try:
        return parse_message(body)
    except UnknownAnswer:
        return {}
