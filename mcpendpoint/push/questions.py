"""Questions to a legacy client: a request on the stream of the call that needs to know, whose
answer comes by a POST of its own, at whichever worker.

The id of a question names the worker that waits, under a seal that holds in its session alone: what
nobody asked goes to no other worker.
"""

import asyncio
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from django.utils.crypto import constant_time_compare, salted_hmac
from mcp import MCPError
from mcp_types import INTERNAL_ERROR, REQUEST_TIMEOUT

from mcpendpoint.protocol.client_requests import (
    ANSWER_SECONDS,
    cancellation,
    check_capability,
    request_message,
    result_of,
)
from mcpendpoint.protocol.sessions import Session
from mcpendpoint.push.bus import Bus, bus

MAX_WAITING = 2_000
MAX_WAITING_OF_SESSION = 20
MAX_ANSWER_BYTES = 256_000
TOPIC = "answer"

Put = Callable[[dict[str, Any]], None]


@dataclass(frozen=True)
class _Waiting:
    session: str
    answer: asyncio.Future[dict[str, Any]]


class Questions:
    """Those that wait at this worker."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._waiting: dict[str, _Waiting] = {}
        bus.on(TOPIC, self._take_here)

    async def ask(
        self, session: Session, put: Put, method: str, params: Mapping[str, Any] | None
    ) -> dict[str, Any]:
        """Return the client's result.

        Raises MCPError for a client that cannot be asked this, for a refusal, or for no answer.
        """
        check_capability(session.client_capabilities, method, params or {})
        self._check_room(session)
        await self._bus.start()
        question_id = _question_id(self._bus.name, session)
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[question_id] = _Waiting(session.number, answer)
        put(request_message(question_id, method, params))
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                message = await answer
        except TimeoutError as error:
            put(cancellation(question_id))
            raise MCPError(
                code=REQUEST_TIMEOUT, message="The client did not answer in time."
            ) from error
        finally:
            del self._waiting[question_id]
        return result_of(message)

    async def take(self, session: Session, message: dict[str, Any]) -> None:
        """Hand an answer of this session to the worker that waits for it, if any does."""
        worker = _worker_of(message.get("id"), session)
        if worker is not None and _size(message) <= MAX_ANSWER_BYTES:
            await self._bus.tell(TOPIC, [session.number, message], worker)

    def _check_room(self, session: Session) -> None:
        of_session = sum(each.session == session.number for each in self._waiting.values())
        if of_session >= MAX_WAITING_OF_SESSION or len(self._waiting) >= MAX_WAITING:
            raise MCPError(code=INTERNAL_ERROR, message="Too many questions are open. Try again.")

    def _take_here(self, answered: Any) -> None:
        session, message = answered
        waiting = self._waiting.get(message["id"])
        if waiting is not None and waiting.session == session and not waiting.answer.done():
            waiting.answer.set_result(message)


def _question_id(worker: str, session: Session) -> str:
    random = secrets.token_hex(12)
    return f"{worker}.{random}.{_seal(worker, random, session)}"


def _worker_of(question_id: Any, session: Session) -> str | None:
    """Return who asked this, None for what nobody asked in this session."""
    parts = question_id.split(".") if isinstance(question_id, str) else []
    if len(parts) != 3:
        return None
    worker, random, seal = parts
    return worker if constant_time_compare(seal, _seal(worker, random, session)) else None


def _seal(worker: str, random: str, session: Session) -> str:
    return salted_hmac(TOPIC, f"{worker} {random} {session.number}").hexdigest()[:24]


def _size(message: dict[str, Any]) -> int:
    try:
        return len(orjson.dumps(message))
    except TypeError:  # nested too deeply to be sent on
        return MAX_ANSWER_BYTES + 1


questions = Questions(bus)
