"""Messages to answers: what a caller may ask for is known, now the kernel is asked.

One record to the side for each message.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import orjson
from django.conf import settings
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from mcp_types import INVALID_REQUEST

from mcpendpoint.access.admission import check_client
from mcpendpoint.access.selection import Selection
from mcpendpoint.access.who import Caller, NotAdmitted
from mcpendpoint.protocol import kernel
from mcpendpoint.protocol.client_requests import seconds_to_answer
from mcpendpoint.protocol.client_tag import UNKNOWN_CLIENT
from mcpendpoint.protocol.kernel import Answer, Peer
from mcpendpoint.protocol.messages import (
    MalformedMessage,
    Message,
    error_message,
    is_request_id,
    serialized_message,
)
from mcpendpoint.protocol.records import Outcome
from mcpendpoint.protocol.request_head import RequestHead
from mcpendpoint.protocol.sessions import begin_session
from mcpendpoint.push.bus import bus
from mcpendpoint.push.calls.logs import call_logs
from mcpendpoint.push.frames import PRIMED_SINCE
from mcpendpoint.push.questions import Asked, questions
from mcpendpoint.serving.answer_size import Room
from mcpendpoint.serving.answers import LONG_METHODS, TALKATIVE_METHODS, Answers
from mcpendpoint.serving.context import RequestContext
from mcpendpoint.serving.recording import Recording
from mcpendpoint.transports.open_calls import CallKey, Lifetime, key_of, open_calls
from mcpendpoint.transports.refusing import refuse
from mcpendpoint.transports.requests import context_of
from mcpendpoint.transports.responses import (
    answer_response,
    batch_response,
    empty_response,
    error_response,
    json_response,
    serialized_response,
)
from mcpendpoint.transports.streaming import OpenLog, Outbox, messages_of, respond

CANCELLED = "call cancelled"

Send = Callable[[bytes], Awaitable[None]]

MAX_BATCH_AT_ONCE = 8
"""Of a batch's requests: what each of them holds in memory meanwhile, all together hold."""


@dataclass(frozen=True)
class Answering:
    answers: Answers

    async def answer_message(
        self, message: Message, head: RequestHead, recording: Recording, selection: Selection
    ) -> HttpResponseBase:
        if refusal := kernel.refuse_version(message, head):
            recording.finish(
                Outcome.REJECTED, error_code=refusal.error_code, http_status=refusal.status
            )
            return json_response(refusal.body, refusal.status)
        is_modern = kernel.is_modern(message, head)
        if message.kind != "request":
            return await take_note(message, head, recording, is_modern=is_modern)
        peer = (kernel.modern_peer if is_modern else kernel.legacy_peer)(message, head)
        if isinstance(peer, Answer):
            recording.finish(Outcome.REJECTED, error_code=peer.error_code, http_status=peer.status)
            return json_response(peer.body, peer.status)
        recording.peer = peer
        try:
            check_client(peer.client, recording.caller)
        except NotAdmitted as blocked:
            return refuse(blocked, head, recording, message)
        context = context_of(recording.caller, selection, head)
        result = await self.answers.known_result(message, peer, context, recording)
        if result is not None:
            return serialized_response(message.id, result)
        work = partial(self._answer, message, peer, context, recording)
        if message.method in LONG_METHODS:
            lifetime = Lifetime.of(message.id, head, peer, recording.caller)
            can_stream = message.method in TALKATIVE_METHODS and head.accepts("text/event-stream")
            open_log = _log_opener(message, peer, lifetime) if can_stream else None
            return await respond(work, lifetime, takes_stream=can_stream, open_log=open_log)
        answer = await work(Outbox(is_open=False))
        response = answer_response(answer)
        if message.method == "initialize" and answer.error_code is None:
            _begin_session(response, message, peer, recording.caller)
        return response

    async def answer_elsewhere(
        self,
        message: Message,
        peer: Peer,
        context: RequestContext,
        recording: Recording,
        send: Send,
    ) -> None:
        """Have a request answered by `send`, which gets each message that goes out."""
        result = await self.answers.known_result(message, peer, context, recording)
        if result is not None:
            await send(serialized_message(message.id, result))
            return
        assert context.head is not None  # noqa: S101 - it is of HTTP
        lifetime = Lifetime.of(message.id, context.head, peer, recording.caller)
        work = partial(self._answer, message, peer, context, recording)
        async for raw in messages_of(work, lifetime):
            await send(raw)

    async def _answer(
        self,
        message: Message,
        peer: Peer,
        context: RequestContext,
        recording: Recording,
        outbox: Outbox,
    ) -> Answer:
        ask = None
        if peer.session is not None and outbox.is_open:
            assert context.head is not None  # noqa: S101 - it is of HTTP
            owner = recording.caller.owner_at(context.head.client_address)
            seconds = seconds_to_answer(wants_progress=message.wants_progress)
            asked = Asked(peer.session, owner, outbox.put_question, seconds)
            ask = partial(questions.ask, asked)
        return await self.answers.answer(message, peer, context, recording, outbox, ask)

    async def answer_batch(
        self,
        entries: list[Message | MalformedMessage],
        head: RequestHead,
        caller: Caller,
        selection: Selection,
    ) -> HttpResponseBase:
        """2025-03-26, Streamable HTTP: an array of answers for the requests in an array."""
        if head.headers.get("mcp-protocol-version", kernel.BATCH_VERSION) != kernel.BATCH_VERSION:
            Recording(caller=caller, address=head.client_address).finish(
                Outcome.REJECTED, error_code=INVALID_REQUEST, http_status=400
            )
            return error_response(
                400, INVALID_REQUEST, "Batches exist in protocol version 2025-03-26 only."
            )
        batch = asyncio.create_task(self._answers(entries, head, caller, selection))
        try:
            await asyncio.wait({batch})
        except asyncio.CancelledError:
            peer = kernel.Peer(is_modern=False, protocol_version="", client=UNKNOWN_CLIENT)
            Lifetime.of(None, head, peer, caller).client_left(batch)
            raise
        answers = batch.result()
        return batch_response(answers) if answers else empty_response(202)

    async def _answers(
        self,
        entries: list[Message | MalformedMessage],
        head: RequestHead,
        caller: Caller,
        selection: Selection,
    ) -> list[bytes]:
        slots = asyncio.Semaphore(MAX_BATCH_AT_ONCE)
        room = Room(settings.MCP_MAX_ANSWER_BYTES)

        async def answer(entry: Message | MalformedMessage) -> bytes | None:
            async with slots:
                raw = await self._batch_answer(entry, head, caller, selection)
            if raw is None or not isinstance(entry, Message):
                return raw
            return room.take(raw, entry.id)

        answers = await asyncio.gather(*map(answer, entries))
        return [answer for answer in answers if answer is not None]

    async def _batch_answer(
        self,
        entry: Message | MalformedMessage,
        head: RequestHead,
        caller: Caller,
        selection: Selection,
    ) -> bytes | None:
        recording = Recording(caller=caller, address=head.client_address)
        if isinstance(entry, MalformedMessage):
            recording.finish(Outcome.REJECTED, error_code=entry.code)
            return orjson.dumps(error_message(entry.code, str(entry), entry.request_id))
        recording.method = entry.method
        if entry.kind != "request":
            await take_note(entry, head, recording, is_modern=False)
            return None
        if entry.method == "initialize" or kernel.is_modern(entry, head):
            recording.finish(Outcome.REJECTED, error_code=INVALID_REQUEST)
            text = "This message cannot be in a batch."
            return orjson.dumps(error_message(INVALID_REQUEST, text, entry.id))
        recording.peer = peer = kernel.legacy_peer(entry, head)
        context = context_of(caller, selection, head)
        task = asyncio.create_task(
            self._answer(entry, peer, context, recording, Outbox(is_open=False))
        )
        Lifetime.of(entry.id, head, peer, caller).begin(task)
        try:
            await asyncio.wait({task})
        finally:
            task.cancel()  # with the batch; does nothing when it has ended
        return None if task.cancelled() else task.result().raw


def _log_opener(message: Message, peer: Peer, lifetime: Lifetime) -> OpenLog | None:
    """Return what makes the stream of a call resumable, where its client knows of that."""
    if peer.session is None or peer.protocol_version < PRIMED_SINCE or message.id is None:
        return None
    return partial(call_logs.open, peer.session, message.id, lifetime.owner)


async def take_note(
    message: Message, head: RequestHead, recording: Recording, *, is_modern: bool
) -> HttpResponseBase:
    """Accept a notification, or a legacy client's response to what it was asked."""
    if is_modern and message.kind == "response":
        recording.finish(Outcome.REJECTED, error_code=INVALID_REQUEST, http_status=400)
        return error_response(400, INVALID_REQUEST, "Send one request or notification.")
    if not is_modern:
        recording.peer = peer = kernel.legacy_peer(message, head)
        if message.method == "notifications/cancelled":
            await _cancel((message.params or {}).get("requestId"), peer)
        elif message.kind == "response" and peer.session is not None:
            await questions.take(peer.session, message.body)
    recording.finish(Outcome.OK)
    return empty_response(202)


async def _cancel(request_id: Any, peer: Peer) -> None:
    key = key_of(request_id, peer) if is_request_id(request_id) else None
    if key is not None:
        await bus.tell(CANCELLED, list(key))


def _cancel_here(key: Sequence[Any]) -> None:
    open_calls.cancel(CallKey(*key))


bus.on(CANCELLED, _cancel_here)


def _begin_session(response: HttpResponse, message: Message, peer: Peer, caller: Caller) -> None:
    if "sessions" not in settings.MCP_TRANSPORTS:
        return
    declared = (message.params or {}).get("capabilities")
    response["Mcp-Session-Id"] = begin_session(
        peer.client, peer.protocol_version, declared, caller.owner
    )
