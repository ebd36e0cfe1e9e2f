"""One client's messages, in whatever order they come: each request is answered by a task.

Nothing depends on `initialize` but what the client is called, and the version that a message
without an envelope is of.
"""

import asyncio
import logging
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import orjson
from django.conf import settings
from mcp_types import INTERNAL_ERROR, INVALID_PARAMS, INVALID_REQUEST
from pydantic import ValidationError

from accounts.database import RETRY_AFTER_SECONDS, UNAVAILABLE
from accounts.outgoing.budgets import Budget, open_budget
from accounts.request_ids import begin_request
from mcpendpoint.access.holder import Holder
from mcpendpoint.access.limits import TOO_MANY
from mcpendpoint.access.selecting import selection_of
from mcpendpoint.access.selection import InvalidOverrides, RequestOverrides, Selection
from mcpendpoint.access.who import Caller, CallerRefused
from mcpendpoint.protocol import kernel
from mcpendpoint.protocol.client_requests import seconds_to_answer
from mcpendpoint.protocol.client_tag import UNKNOWN_CLIENT
from mcpendpoint.protocol.invalid_params import explain_invalid_params
from mcpendpoint.protocol.kernel import Answer, Peer
from mcpendpoint.protocol.messages import (
    LIST_TOOLS,
    MalformedMessage,
    Message,
    RequestId,
    error_message,
    is_request_id,
    parse_body,
    serialized_message,
)
from mcpendpoint.protocol.messages import UNAVAILABLE as UNAVAILABLE_CODE
from mcpendpoint.protocol.records import Outcome
from mcpendpoint.protocol.sessions import known_capabilities
from mcpendpoint.protocol.subscriptions import (
    ASKED_BY,
    LISTEN,
    TOOLS_CHANGED,
    Subscription,
    notification,
    read_listen,
)
from mcpendpoint.serving.answer_size import Room
from mcpendpoint.serving.answers import LONG_METHODS, TALKATIVE_METHODS, Answers
from mcpendpoint.serving.context import RequestContext
from mcpendpoint.serving.part_lists import part_lists
from mcpendpoint.serving.recording import Recording
from mcpendpoint.serving.tool_lists import SerializedToolLists, digest_of
from mcpendpoint.tools.directions import Directions
from mcpendpoint.transports.stdio.list_changes import Lists
from mcpendpoint.transports.stdio.outlet import Outlet
from mcpendpoint.transports.stdio.progress import Progress
from mcpendpoint.transports.stdio.questions import Questions

logger = logging.getLogger(__name__)

MAX_AT_ONCE = 32
"""Of long requests. Further ones wait, and can be cancelled meanwhile."""

MAX_SUBSCRIPTIONS = 20

MAX_OPEN = 256
MAX_OPEN_BYTES = 8_000_000
"""Of requests that are not answered yet; they take several times as much memory."""

FOR_A_CALLER = LONG_METHODS | {LIST_TOOLS}
"""Methods whose result depends on who asks."""


@dataclass(frozen=True)
class Service:
    """What is the same for as long as the process runs."""

    answers: Answers
    lists: SerializedToolLists
    holder: Holder
    overrides: RequestOverrides
    directions: Directions
    runs_unasked: bool = False
    """Whether what a person has a say in is done all the same for a client that cannot ask them."""


class Session:
    def __init__(self, service: Service, outlet: Outlet) -> None:
        self._service = service
        self._outlet = outlet
        self._questions = Questions(outlet)
        self._slots = asyncio.Semaphore(MAX_AT_ONCE)
        self._client = Peer(False, kernel.ASSUMED_VERSION, UNKNOWN_CLIENT)
        self._cancellable: dict[RequestId, asyncio.Task[Any]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._open_bytes = 0
        self._is_initialized = False
        self._subscriptions: dict[asyncio.Event, Subscription] = {}
        """And what ends each."""
        self._list_changes = Lists(self._digest_for, self._tell)

    async def take(self, line: bytes | int) -> None:
        """Begin what a line asks for; a number is the size of one that was too long.

        Waits only for a client that does not read what it is told at once.
        """
        if isinstance(line, int):
            limit = settings.MCP_MAX_BODY_BYTES
            text = f"The message is larger than {limit:,} bytes: {line:,}."
            await self._refuse(MalformedMessage(INVALID_REQUEST, text))
            return
        try:
            parsed = parse_body(line)
        except MalformedMessage as malformed:
            await self._refuse(malformed)
            return
        if isinstance(parsed, list):
            await self._take_batch(parsed, len(line))
        elif parsed.kind != "request":
            self._take_note(parsed)
        elif busy := self._too_much(parsed):
            await self._outlet.send(busy)
        else:
            task = self._begin(self._serve(self._responding(parsed)), len(line))
            self._remember(parsed, task)

    async def finished(self) -> None:
        """Wait until all is answered, or has ended without."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    def end_subscriptions(self) -> None:
        """End what would go on for ever, with its result."""
        self._list_changes.stop()
        for end in self._subscriptions:
            end.set()

    def cancel(self) -> None:
        """End what is not answered yet."""
        for task in self._tasks:
            task.cancel()

    async def _take_batch(self, entries: Sequence[Message | MalformedMessage], size: int) -> None:
        """2025-03-26: an array of answers for the requests in an array."""
        if self._client.protocol_version != kernel.BATCH_VERSION:
            text = f"Batches exist in protocol version {kernel.BATCH_VERSION} only."
            await self._refuse(MalformedMessage(INVALID_REQUEST, text))
            return
        requests: list[asyncio.Task[bytes]] = []
        room = Room(settings.MCP_MAX_ANSWER_BYTES)
        for entry in entries:
            if isinstance(entry, Message) and entry.kind != "request":
                self._take_note(entry)
                continue
            task = asyncio.create_task(self._batch_response(entry, room))
            requests.append(task)
            if isinstance(entry, Message):
                self._remember(entry, task)
        if requests:
            self._begin(self._serve_batch(requests), size)

    async def _batch_response(self, entry: Message | MalformedMessage, room: Room) -> bytes:
        if isinstance(entry, MalformedMessage):
            return _rejection(entry)
        return room.take(self._too_much(entry) or await self._responding(entry), entry.id)

    async def _serve_batch(self, requests: Sequence[asyncio.Task[bytes]]) -> None:
        answers = await asyncio.gather(*requests, return_exceptions=True)
        raw = b",".join(answer for answer in answers if isinstance(answer, bytes))
        if raw:
            await self._outlet.send(b"[" + raw + b"]")

    def _begin(self, work: Coroutine[Any, Any, None], size: int) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        self._open_bytes += size
        task.add_done_callback(lambda done: self._end(done, size))
        return task

    def _end(self, task: asyncio.Task[None], size: int) -> None:
        self._tasks.discard(task)
        self._open_bytes -= size

    def _remember(self, message: Message, task: asyncio.Task[Any]) -> None:
        """Let it be cancelled by its id."""
        if message.id is None or message.method == "initialize":  # which must not be
            return
        request_id = message.id
        self._cancellable[request_id] = task

        def forget(done: asyncio.Task[Any]) -> None:
            if self._cancellable.get(request_id) is done:
                del self._cancellable[request_id]

        task.add_done_callback(forget)

    def _too_much(self, message: Message) -> bytes | None:
        if len(self._tasks) < MAX_OPEN and self._open_bytes < MAX_OPEN_BYTES:
            return None
        self._recording(message).finish(Outcome.LIMITED, error_code=TOO_MANY)
        text = "Too many requests at once. Wait for answers, then try again."
        return orjson.dumps(error_message(TOO_MANY, text, message.id, {"retryAfterSeconds": 1}))

    def _take_note(self, message: Message) -> None:
        """Accept a notification, or the answer to a question."""
        recording = self._recording(message)
        recording.peer = self._client
        if message.method == "notifications/cancelled":
            request_id = (message.params or {}).get("requestId")
            task = self._cancellable.get(request_id) if is_request_id(request_id) else None
            if task is not None:  # clients cancel late
                task.cancel()
        elif message.method == "notifications/initialized":
            self._is_initialized = True
        elif message.kind == "response":
            self._questions.take(message.body)
        recording.finish(Outcome.OK)

    async def _refuse(self, malformed: MalformedMessage) -> None:
        await self._outlet.send(_rejection(malformed))

    async def _serve(self, response: Coroutine[Any, Any, bytes]) -> None:
        await self._outlet.send(await response)

    def _responding(self, message: Message) -> Coroutine[Any, Any, bytes]:
        """Return the work of answering; what it changes for later messages is done now."""
        recording = self._recording(message)
        peer = self._peer_of(message)
        if isinstance(peer, Answer):
            recording.finish(Outcome.REJECTED, error_code=peer.error_code)
            return _immediately(orjson.dumps(peer.body))
        recording.peer = peer
        if message.method == LISTEN and peer.is_modern:
            return self._hold_subscription(message, peer, recording)
        return self._response(message, peer, recording)

    def _peer_of(self, message: Message) -> Peer | Answer:
        if kernel.has_envelope(message):
            return kernel.envelope_peer(message)
        if message.method == "initialize":
            declared = known_capabilities((message.params or {}).get("capabilities"))
            self._client = replace(kernel.newcomer(message), capabilities=declared)
        return self._client

    async def _response(self, message: Message, peer: Peer, recording: Recording) -> bytes:
        begin_request()
        try:
            return await self._answer(message, peer, recording)
        except CallerRefused as refused:
            recording.credential_refused = refused.status in (401, 403)
            recording.finish(Outcome.DENIED, reason=refused.reason)
            return self._refusal(message, peer, refused.status, self._words_for(refused))
        except UNAVAILABLE as error:
            logger.warning("The database did not say who calls: %s.", type(error).__name__)
            recording.finish(Outcome.FAILED, error_code=UNAVAILABLE_CODE)
            text = f"The database cannot be reached. Try again in {RETRY_AFTER_SECONDS} seconds."
            return self._refusal(message, peer, UNAVAILABLE_CODE, text)
        except InvalidOverrides as invalid:
            recording.finish(Outcome.REJECTED, error_code=INVALID_PARAMS)
            return self._refusal(message, peer, INVALID_PARAMS, str(invalid))
        except Exception:
            logger.exception("A message could not be answered.")
            recording.finish(Outcome.FAILED, error_code=INTERNAL_ERROR)
            text = "The server failed. It has logged why."
            return orjson.dumps(error_message(INTERNAL_ERROR, text, message.id))

    async def _answer(self, message: Message, peer: Peer, recording: Recording) -> bytes:
        open_budget(_unlimited())
        is_long = message.method in LONG_METHODS
        try:
            context = await self._context_of(message, recording)
            answers = self._service.answers
            result = await answers.known_result(message, peer, context, recording)
            if result is not None:
                if message.method == LIST_TOOLS:
                    await self._list_changes.told(kernel.nameless(peer), digest_of(result))
                return serialized_message(message.id, result)
            if is_long:
                await self._slots.acquire()
        except asyncio.CancelledError:
            recording.finish(Outcome.CANCELLED)
            raise
        try:
            is_talkative = message.method in TALKATIVE_METHODS
            progress = Progress(self._outlet, is_open=is_talkative)
            ask = None
            if is_talkative and not peer.is_modern:
                seconds = seconds_to_answer(wants_progress=message.wants_progress)
                ask = partial(self._questions.ask, peer.capabilities or {}, seconds)
            answer = await answers.answer(message, peer, context, recording, progress, ask)
            return answer.raw
        finally:
            if is_long:
                self._slots.release()

    async def _context_of(self, message: Message, recording: Recording) -> RequestContext:
        holder = self._service.holder
        is_for_a_caller = message.method in FOR_A_CALLER
        recording.caller = await holder.caller() if is_for_a_caller else holder.unchecked()
        return self._context(recording.caller)

    def _context(self, caller: Caller) -> RequestContext:
        service = self._service
        selection = selection_of(caller, service.overrides)
        return RequestContext(
            caller,
            selection,
            None,
            own_directions=service.directions,
            runs_unasked=service.runs_unasked,
            renewal=self._renewal,
        )

    async def _renewal(self) -> tuple[Caller, Selection]:
        caller = await self._service.holder.caller()
        return caller, selection_of(caller, self._service.overrides)

    async def _hold_subscription(self, message: Message, peer: Peer, recording: Recording) -> bytes:
        try:
            subscription = read_listen(message)
        except ValidationError as error:
            recording.finish(Outcome.REJECTED, error_code=INVALID_PARAMS)
            text = explain_invalid_params(error)
            return orjson.dumps(error_message(INVALID_PARAMS, text, message.id))
        if len(self._subscriptions) >= MAX_SUBSCRIPTIONS:
            recording.finish(Outcome.LIMITED, error_code=TOO_MANY)
            text = f"No more than {MAX_SUBSCRIPTIONS} subscriptions can be open. Cancel one."
            return orjson.dumps(error_message(TOO_MANY, text, message.id))
        recording.finish(Outcome.OK, is_stream=True)
        # Before it is said, so that no change is missed.
        await self._list_changes.begin(
            kernel.nameless(peer), filter(subscription.tells_of, ASKED_BY)
        )
        await self._outlet.send(orjson.dumps(subscription.acknowledgement()))
        end = asyncio.Event()
        self._subscriptions[end] = subscription
        try:
            await end.wait()
        finally:
            del self._subscriptions[end]
        return orjson.dumps(subscription.result())

    async def _digest_for(self, method: str, peer: Peer) -> str | None:
        """Return what tells the list that such a notification is of from another."""
        open_budget(_unlimited())
        context = self._context(await self._service.holder.caller())
        if method == TOOLS_CHANGED:
            return await self._service.lists.digest_for(peer, context)
        parts = await part_lists(context)
        return parts.of(method) if parts else None

    def _tell(self, method: str) -> None:
        if self._is_initialized:
            self._outlet.offer(orjson.dumps(notification(method)))
        for subscription in self._subscriptions.values():
            if subscription.tells_of(method):
                self._outlet.offer(orjson.dumps(subscription.notification(method)))

    def _words_for(self, refused: CallerRefused) -> str:
        if refused.status != 401:
            return str(refused)
        return f"{refused} The person can {self._service.directions.renew}."

    def _refusal(self, message: Message, peer: Peer, code: int, text: str) -> bytes:
        if message.method == "tools/call":  # for the model to read
            return orjson.dumps(kernel.tool_failure(message, text, is_modern=peer.is_modern))
        return orjson.dumps(error_message(code, text, message.id))

    def _recording(self, message: Message) -> Recording:
        return Recording(method=message.method, transport="stdio")


def _unlimited() -> Budget:
    return Budget(0, seconds_to_wait=lambda: 0.0, pay=lambda: None)


def _rejection(malformed: MalformedMessage) -> bytes:
    Recording(transport="stdio").finish(Outcome.REJECTED, error_code=malformed.code)
    return orjson.dumps(error_message(malformed.code, str(malformed), malformed.request_id))


async def _immediately(raw: bytes) -> bytes:
    return raw
