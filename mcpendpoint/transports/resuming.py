"""GET with the id of an event of a call: what came after it, and on until the answer (2025-11-25,
Streamable HTTP, Resumability and Redelivery).

It is no stream of the session's own: it takes no place from one, and none takes its place.
"""

from collections import Counter
from collections.abc import AsyncIterator, Hashable

import orjson
from django.http.response import HttpResponseBase
from mcp_types import INTERNAL_ERROR

from mcpendpoint.access.who import Caller
from mcpendpoint.protocol.messages import error_message
from mcpendpoint.protocol.records import Outcome, Reason
from mcpendpoint.protocol.request_head import RequestHead
from mcpendpoint.protocol.sessions import Session
from mcpendpoint.push.calls.ids import CallEvent, is_of_call, read_event_id
from mcpendpoint.push.calls.logs import call_copies, call_logs
from mcpendpoint.push.calls.reading import CallLost, CallReader
from mcpendpoint.push.frames import ALIVE, RETRY_CALL_MS, message_event, retry_block
from mcpendpoint.push.stream import Origin
from mcpendpoint.serving.recording import Recording
from mcpendpoint.transports.refusing import refuse_request
from mcpendpoint.transports.responses import error_response
from mcpendpoint.transports.streaming import KEEP_ALIVE_SECONDS, event_stream

MAX_READERS = 1_000
MAX_READERS_OF_SESSION = 40
BUSY_SECONDS = 5

_readers: Counter[Hashable] = Counter()
"""How many connections read calls of a session."""


def resumes_call(head: RequestHead) -> bool:
    return is_of_call(head.headers.get("last-event-id", ""))


async def resume(head: RequestHead, session: Session, caller: Caller) -> HttpResponseBase:
    place = read_event_id(head.headers["last-event-id"], session)
    if place is None:
        # Not 404, which would say that the session has ended.
        return refuse_request(
            head, 400, "There is no such event in this session.", Reason.NOT_FOUND
        )
    reader = CallReader(call_logs, call_copies, place)
    if place.is_end or await reader.is_over():
        # After an error the TypeScript SDK comes back all the same; 405 tells it to stay away.
        return refuse_request(
            head, 405, "This call is over.", Reason.NOT_FOUND, {"Allow": "POST, DELETE"}
        )
    if _readers[session.number] >= MAX_READERS_OF_SESSION or _readers.total() >= MAX_READERS:
        Recording(caller=caller, address=head.client_address).finish(
            Outcome.LIMITED, error_code=INTERNAL_ERROR, limit="streams_server", http_status=503
        )
        return error_response(
            503,
            INTERNAL_ERROR,
            "Too many calls are resumed now.",
            {"Retry-After": str(BUSY_SECONDS)},
        )
    call_logs.note_resumed(
        Origin(
            client=session.client,
            session=session.number,
            protocol_version=session.protocol_version,
            user_id=caller.user_id,
            credential=caller.credential,
        )
    )
    return event_stream(_events(reader, session))


async def _events(reader: CallReader, session: Session) -> AsyncIterator[bytes]:
    _readers[session.number] += 1
    try:
        await reader.begin()
        yield retry_block(RETRY_CALL_MS)
        while True:
            events = await _next(reader)
            if reader.is_quiet:
                yield ALIVE
            else:
                yield b"".join(_frame(event, reader) for event in events) or ALIVE
            if events[-1].is_last if events else await reader.is_over():
                return
    finally:
        reader.end()
        _readers.subtract([session.number])
        if not _readers[session.number]:
            del _readers[session.number]


async def _next(reader: CallReader) -> list[CallEvent]:
    try:
        return await reader.next(KEEP_ALIVE_SECONDS)
    except CallLost as lost:
        return [CallEvent(0, _error(reader, str(lost)), is_last=True)]


def _frame(event: CallEvent, reader: CallReader) -> bytes:
    message = event.message or _error(reader, "The call was cancelled.")
    return message_event(message, reader.place.id_of(event))


def _error(reader: CallReader, text: str) -> bytes:
    return orjson.dumps(error_message(INTERNAL_ERROR, text, reader.place.ref.request_id))
