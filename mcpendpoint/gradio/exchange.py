"""One JSON-RPC request POSTed to a Space, its notifications handed on as they arrive.

The answer comes as JSON or as a stream of events, and is read as hostile input.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import httpx2
import orjson

from mcpendpoint.gradio.transport import read_body, spaces_client
from mcpendpoint.hub.events import EventDecoder

MAX_ANSWER_BYTES = 25_000_000
MAX_ERROR_BYTES = 20_000
DRAIN_SECONDS = 0.2
REQUEST_ID = 1

Message = dict[str, Any]
OnNotification = Callable[[Message], Awaitable[None]]


class UnknownAnswer(Exception):
    """The answer is not of the protocol; the message says in what way."""


@dataclass(frozen=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    message: Message
    """The JSON-RPC response; for a status other than 200, what of one could be read."""


async def exchange(
    url: str, request: Message, headers: Mapping[str, str], on_notification: OnNotification
) -> Reply:
    """Raises httpx2.HTTPError or UnknownAnswer. A status other than 200 is a reply too."""
    async with spaces_client().stream(
        "POST",
        url,
        content=json.dumps(request),  # takes any number, as the client may have sent
        headers={
            **headers,
            "Content-Type": "application/json",
            "Accept": "application/json, text/event-stream",
        },
    ) as response:
        if response.status_code != 200:
            body = await read_body(response, MAX_ERROR_BYTES)
            return Reply(response.status_code, response.headers, _error_of(body))
        if response.headers.get("content-encoding", "identity") != "identity":
            raise UnknownAnswer("it is compressed, which was not asked for")
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind == "text/event-stream":
            message = await _read_events(response, on_notification)
        elif kind == "application/json":
            message = await _read_json(response)
        else:
            raise UnknownAnswer(f"it is of type {kind[:60] or 'unknown'}")
        return Reply(200, response.headers, message)


async def _read_events(response: httpx2.Response, on_notification: OnNotification) -> Message:
    decoder = EventDecoder()
    size = 0
    chunks = response.aiter_raw()
    async for chunk in chunks:
        size += len(chunk)
        if size > MAX_ANSWER_BYTES:
            raise _too_large()
        for event in decoder.feed(chunk):
            message = _parse(event)
            if _is_response(message):
                await _drain(chunks)
                return message
            if isinstance(message.get("method"), str) and "id" not in message:
                await on_notification(message)
    raise UnknownAnswer("it ended before there was a result")


async def _drain(chunks: AsyncIterator[bytes]) -> None:
    """Let a stream end by itself if it does so at once: its connection can be used again then."""
    with suppress(TimeoutError, httpx2.HTTPError):
        async with asyncio.timeout(DRAIN_SECONDS):
            async for _ in chunks:
                pass


async def _read_json(response: httpx2.Response) -> Message:
    body = await read_body(response, MAX_ANSWER_BYTES)
    if body is None:
        raise _too_large()
    message = _parse(body)
    if not _is_response(message):
        raise UnknownAnswer("it holds no result")
    return message


def _too_large() -> UnknownAnswer:
    return UnknownAnswer(f"it is larger than {MAX_ANSWER_BYTES // 1_000_000} MB")


def _parse(data: bytes) -> Message:
    try:
        message = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise UnknownAnswer("it is not JSON") from error
    if not isinstance(message, dict):
        raise UnknownAnswer("it is not a JSON-RPC message")
    return message


def _is_response(message: Message) -> bool:
    # An error about a request that could not be read has no id.
    has_our_id = message.get("id") in (REQUEST_ID, str(REQUEST_ID), None)
    return has_our_id and ("result" in message or "error" in message)


def _error_of(body: bytes | None) -> Message:
    try:
        return _parse(body or b"")
    except UnknownAnswer:
        return {}
