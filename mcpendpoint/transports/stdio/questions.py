"""Questions to the client that started this program: requests on its own connection, whose answers
come among its other messages.
"""

import asyncio
from collections.abc import Mapping
from itertools import count
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
from mcpendpoint.transports.stdio.outlet import Outlet

MAX_WAITING = 32


class Questions:
    def __init__(self, outlet: Outlet) -> None:
        self._outlet = outlet
        self._numbers = count(1)
        self._waiting: dict[str, asyncio.Future[dict[str, Any]]] = {}

    async def ask(
        self,
        declared: Mapping[str, Any],
        seconds: float,
        method: str,
        params: Mapping[str, Any] | None,
    ) -> dict[str, Any]:
        """Return the client's result; `declared` are its capabilities, and it has so many seconds.

        Raises MCPError for a client that cannot be asked this, for a refusal, or for no answer.
        """
        check_capability(declared, method, params or {})
        if len(self._waiting) >= MAX_WAITING:
            raise too_many()
        question_id = f"question-{next(self._numbers)}"
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[question_id] = answer
        try:
            await self._send(request_message(question_id, method, params))
            async with asyncio.timeout(seconds):
                message = await answer
        except TimeoutError as error:
            await self._send(cancellation(question_id))
            raise too_late() from error
        finally:
            del self._waiting[question_id]
        return result_of(message)

    def take(self, message: dict[str, Any]) -> None:
        """Hand an answer to whoever waits for it, if anybody does."""
        question_id = message.get("id")
        waiting = self._waiting.get(question_id) if isinstance(question_id, str) else None
        if waiting is not None and not waiting.done():
            waiting.set_result(message)

    async def _send(self, message: dict[str, Any]) -> None:
        await self._outlet.send(orjson.dumps(message))
