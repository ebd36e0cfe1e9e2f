"""Calls a function of an app by Gradio's own API, where the app has no MCP server.

A POST to `/gradio_api/call/<name>` puts it into the queue, which is the documented way and takes
State as the app has it at first. What becomes of it is read at `/gradio_api/queue/data`, as
gradio_client does: the event stream of `/call` itself tells of no progress, and in 5.28 of no
error's words (gradio/routes.py, `simple_predict_get`). Each call is a session of its own.
"""

import asyncio
import json
from collections.abc import Mapping
from contextlib import suppress
from secrets import token_hex
from typing import Any
from urllib.parse import quote

from django.conf import settings

from accounts.behind import run_behind
from accounts.outgoing.errors import BrokenOff, NotPlain, OutgoingError, TooLarge, UnreadableJson
from accounts.outgoing.untrusted_json import parse_json
from mcpendpoint.gradio.api_endpoint import ApiEndpoint
from mcpendpoint.gradio.api_files import with_file_data
from mcpendpoint.gradio.api_outputs import Place, blocks_of
from mcpendpoint.gradio.api_progress import Progress
from mcpendpoint.gradio.discovery import SpaceInfo
from mcpendpoint.gradio.errors import SpaceError
from mcpendpoint.gradio.exchange import (
    MAX_ANSWER_BYTES,
    MAX_ERROR_BYTES,
    MAX_MESSAGES,
    AnswerTooLarge,
    Message,
    Reply,
    UnknownAnswer,
    error_of,
    read_message,
)
from mcpendpoint.gradio.handing_over import UploadRefused
from mcpendpoint.gradio.headers import NO_HEADERS
from mcpendpoint.gradio.results import replica_of
from mcpendpoint.gradio.transport import ask_space, token_header
from mcpendpoint.gradio.upstream import ReportProgress
from mcpendpoint.hub.events import PIECE_BYTES, EventDecoder

JOIN_SECONDS = 60
CANCEL_SECONDS = 5
MAX_INFO_BYTES = 2_000_000
MAX_CANCELS = 50
QUEUE_FULL = "Queue is full"
JSON = {"Content-Type": "application/json"}

_cancelling: set[asyncio.Task[None]] = set()


async def call_api(
    info: SpaceInfo,
    endpoint: ApiEndpoint,
    arguments: dict[str, Any],
    *,
    token: str | None,
    given_headers: Mapping[str, str] = NO_HEADERS,
    include_images: bool,
    report_progress: ReportProgress,
) -> Reply:
    """Return what a call of the same function by MCP would.

    The function has the headers of the request by which it is put into the queue (gradio/routes.py,
    `queue_join_helper`, since 5.28), so `given_headers` go with that one alone.

    Raises OutgoingError, UnknownAnswer and SpaceError.
    """
    headers = token_header(token)
    own = headers if info.is_private else {}
    try:
        given = await with_file_data(arguments, endpoint.places, info, own)
    except UploadRefused as refusal:
        return refusal.reply
    session = token_hex(16)
    inputs = endpoint.in_order(given)
    joined = await _join(info, endpoint, inputs, session, given_headers, headers)
    if joined.status != 200 or "event_id" not in joined.message:
        return joined
    replica = replica_of(joined.headers.get("x-proxied-replica", ""))
    # The queue is the replica's own.
    url = f"{info.url}/--replicas/{replica}" if replica else info.url
    cancel = {"session_hash": session, "fn_index": endpoint.index, **joined.message}
    try:
        completed = await _follow(url, session, headers, Progress(report_progress))
    except BaseException:
        _cancel_behind(url, headers, cancel)
        raise
    if completed.get("success") is not True:
        return _result(joined.headers, [_text(_words_of(completed))], is_error=True)
    output = completed.get("output")
    data = output.get("data") if isinstance(output, dict) else None
    if not isinstance(data, list):
        raise UnknownAnswer("it holds no result")
    shown = [value for place, value in enumerate(data) if place not in endpoint.hidden]
    place = Place(url, info.url, token if info.is_private else None)
    blocks = await blocks_of(shown, place, include_images=include_images)
    return _result(joined.headers, blocks, is_error=False)


async def _join(
    info: SpaceInfo,
    endpoint: ApiEndpoint,
    data: list[Any],
    session: str,
    given_headers: Mapping[str, str],
    headers: Mapping[str, str],
) -> Reply:
    """Return the event's id as the message, or the refusal as the reply that it would be by MCP."""
    url = f"{info.url}/gradio_api/call/{quote(endpoint.name, safe='')}"
    content = json.dumps({"data": data, "session_hash": session}).encode()
    sent = {**given_headers, **headers, **JSON}
    async with ask_space("POST", url, sent, content, seconds=JOIN_SECONDS) as answer:
        body = await answer.read_explanation(MAX_ERROR_BYTES)
        status, told = answer.status, answer.headers
    message = error_of(body)
    if status == 200:
        event = message.get("event_id")
        if not isinstance(event, str):
            raise UnknownAnswer("it names no event")
        return Reply(status, told, {"event_id": event[:100]})
    detail = message.get("detail")
    if status == 503 and isinstance(detail, str) and QUEUE_FULL in detail:
        raise SpaceError(
            f"The queue of the Space {info.space_id} is full. Try again later.", is_retryable=True
        )
    if status in (400, 422) and detail:
        return _result(told, [_text(str(detail)[:MAX_ERROR_BYTES])], is_error=True)
    if status in (404, 405):
        raise UnknownAnswer("it has no API of Gradio's")
    # Gradio says 500 of a function that there is not (gradio/route_utils.py, FnIndexInferError).
    if status == 500 and not await _has(info, endpoint, headers):
        words = f"Unknown tool: {endpoint.name}"
        return Reply(200, told, {"error": {"code": -32602, "message": words}})
    return Reply(status, told, {})


async def _has(info: SpaceInfo, endpoint: ApiEndpoint, headers: Mapping[str, str]) -> bool:
    """Say whether the app has the function; True also if that is not known."""
    known: Any = None
    with suppress(OutgoingError, UnreadableJson):
        known = parse_json(await _info(info, headers))
    named = known.get("named_endpoints") if isinstance(known, dict) else None
    return not isinstance(named, dict) or f"/{endpoint.name}" in named


async def _info(info: SpaceInfo, headers: Mapping[str, str]) -> bytes:
    for is_last in (False, True):
        try:
            url = f"{info.url}/gradio_api/info"
            async with ask_space("GET", url, headers, seconds=JOIN_SECONDS) as answer:
                return await answer.read(MAX_INFO_BYTES) if answer.status == 200 else b""
        except BrokenOff:
            # Uvicorn closes a connection after an error, and does not say so before.
            if is_last:
                raise
    return b""


async def _follow(
    url: str, session: str, headers: Mapping[str, str], progress: Progress
) -> Message:
    """Return the message with which the call ends."""
    async with ask_space(
        "GET",
        f"{url}/gradio_api/queue/data?session_hash={session}",
        {**headers, "Accept": "text/event-stream"},
        seconds=settings.MCP_CALL_TIMEOUT_SECONDS,
    ) as answer:
        if answer.status != 200:
            raise UnknownAnswer(f"of its queue it told HTTP status {answer.status}")
        decoder, count = EventDecoder(), 0
        try:
            async for piece in answer.pieces(MAX_ANSWER_BYTES, at_a_time=PIECE_BYTES):
                for event in decoder.feed(piece):
                    if (count := count + 1) > MAX_MESSAGES:
                        raise UnknownAnswer(f"it has more than {MAX_MESSAGES:,} messages")
                    message = await read_message(event)
                    if message.get("msg") == "process_completed":
                        return message
                    if message.get("msg") == "unexpected_error":
                        raise UnknownAnswer("the app lost the call")
                    await progress.hear(message)
        except TooLarge as error:
            raise AnswerTooLarge(f"it is larger than {MAX_ANSWER_BYTES // 1_000_000} MB") from error
        except NotPlain as error:
            raise UnknownAnswer("it is compressed, which was not asked for") from error
    raise UnknownAnswer("it ended before there was a result")


def _words_of(completed: Message) -> str:
    """Return the error's words (gradio/mcp.py, `_execute_tool_with_progress`)."""
    output = completed.get("output")
    output = output if isinstance(output, dict) else {}
    error, title = output.get("error"), output.get("title")
    parts = [part for part in (title, error) if isinstance(part, str) and part]
    return ": ".join(parts) or "The function failed, and its app does not show why."


def _cancel_behind(url: str, headers: Mapping[str, str], body: Message) -> None:
    """Let the app stop: to leave the stream takes a call out of the queue only while it waits."""
    if body["fn_index"] is None or len(_cancelling) >= MAX_CANCELS:
        return
    task = run_behind(_cancel(url, headers, body))
    _cancelling.add(task)
    task.add_done_callback(_cancelling.discard)


async def _cancel(url: str, headers: Mapping[str, str], body: Message) -> None:
    content = json.dumps(body).encode()
    with suppress(OutgoingError):
        async with ask_space(
            "POST",
            f"{url}/gradio_api/cancel",
            {**headers, **JSON},
            content,
            seconds=CANCEL_SECONDS,
        ):
            pass


def _result(headers: Mapping[str, str], blocks: list[Message], *, is_error: bool) -> Reply:
    return Reply(200, headers, {"result": {"content": blocks, "isError": is_error}})


def _text(text: str) -> Message:
    return {"type": "text", "text": text}
