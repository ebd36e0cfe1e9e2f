"""Questions to a legacy client: a request on the stream of the call that needs to know, whose
answer comes by a POST of its own, at whichever worker.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from mcpendpoint.protocol.client_requests import (
    cancellation,
    check_capability,
    request_message,
    result_of,
    too_late,
    too_many,
)
from mcpendpoint.protocol.sessions import Session
from mcpendpoint.push.bus import Bus, bus
from mcpendpoint.push.pings import TOPIC as PONG
from mcpendpoint.push.question_ids import make_question_id, read_question_id

MAX_WAITING = 2_000
MAX_WAITING_OF_SESSION = 20
MAX_WAITING_OF_OWNER = 100
MAX_ANSWER_BYTES = 256_000
TOPIC = "answer"

Put = Callable[[dict[str, Any]], None]


@dataclass(frozen=True)
class Asked:
    """Who is asked, on the stream of which call."""

    session: Session
    owner: str
    """Who it is, as far as limits go."""
    put: Put
    seconds: float
    """So long an answer is waited for."""


@dataclass(frozen=True)
class _Waiting:
    session: str
    owner: str
    answer: asyncio.Future[dict[str, Any]]


class Questions:
    """Those that wait at this worker."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._waiting: dict[str, _Waiting] = {}
        bus.on(TOPIC, self._take_here)

    async def ask(
        self, asked: Asked, method: str, params: Mapping[str, Any] | None
    ) -> dict[str, Any]:
        """Return the client's result.

        Raises MCPError for a client that cannot be asked this, for a refusal, or for no answer.
        """
        session = asked.session
        check_capability(session.client_capabilities, method, params or {})
        self._check_room(asked)
        await self._bus.start()
        question_id = make_question_id(self._bus.name, TOPIC, session.number)
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[question_id] = _Waiting(session.number, asked.owner, answer)
        asked.put(request_message(question_id, method, params))
        try:
            async with asyncio.timeout(asked.seconds):
                message = await answer
        except TimeoutError as error:
            asked.put(cancellation(question_id))
            raise too_late() from error
        finally:
            del self._waiting[question_id]
        return result_of(message)

    async def take(self, session: Session, message: dict[str, Any]) -> None:
        """Hand an answer of this session to the worker that waits for it, if any does."""
        asked = read_question_id(message.get("id"), session.number)
        if asked is None:
            return
        if asked.topic == PONG:
            await self._bus.tell(PONG, message["id"], asked.worker)
        elif _size(message) <= MAX_ANSWER_BYTES:
            await self._bus.tell(TOPIC, [session.number, message], asked.worker)

    def _check_room(self, asked: Asked) -> None:
        of_session = Counter(each.session for each in self._waiting.values())
        of_owner = Counter(each.owner for each in self._waiting.values())
        if (
            len(self._waiting) >= MAX_WAITING
            or of_owner[asked.owner] >= MAX_WAITING_OF_OWNER
            or of_session[asked.session.number] >= MAX_WAITING_OF_SESSION
        ):
            raise too_many()

    def _take_here(self, answered: Any) -> None:
        session, message = answered
        waiting = self._waiting.get(message["id"])
        if waiting is not None and waiting.session == session and not waiting.answer.done():
            waiting.answer.set_result(message)


def _size(message: dict[str, Any]) -> int:
    try:
        return len(orjson.dumps(message))
    except TypeError:  # nested too deeply to be sent on
        return MAX_ANSWER_BYTES + 1


questions = Questions(bus)
