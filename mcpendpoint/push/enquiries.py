"""Questions of one worker to another, which answers at once or is not there."""

import asyncio
import secrets
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from accounts.behind import start_task
from mcpendpoint.push.bus import Bus, bus

ANSWER_SECONDS = 1.0
ENQUIRY, REPLY = "enquiry", "reply"

Answerer = Callable[[Any], Any]


class Enquiries:
    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._answerers: dict[str, Answerer] = {}
        self._waiting: dict[str, asyncio.Future[Any]] = {}
        bus.on(ENQUIRY, self._answer)
        bus.on(REPLY, self._take)

    def on(self, topic: str, answerer: Answerer) -> None:
        """Let `answerer` say what this worker knows, on the event loop."""
        self._answerers[topic] = answerer

    async def ask(self, worker: str, topic: str, message: Any) -> Any:
        """Return what a worker says, None if it says nothing."""
        if worker == self._bus.name:
            return self._answerers[topic](message)
        await self._bus.start()
        number = secrets.token_hex(8)
        reply = self._waiting[number] = asyncio.get_running_loop().create_future()
        try:
            await self._bus.tell(ENQUIRY, [topic, message, self._bus.name, number], worker)
            with suppress(TimeoutError):
                async with asyncio.timeout(ANSWER_SECONDS):
                    return await reply
            return None
        finally:
            del self._waiting[number]

    def _answer(self, enquiry: Any) -> None:
        topic, message, asker, number = enquiry
        said = self._answerers[topic](message)
        start_task(self._bus.tell(REPLY, [number, said], asker))

    def _take(self, reply: Any) -> None:
        number, said = reply
        waiting = self._waiting.get(number)
        if waiting is not None and not waiting.done():
            waiting.set_result(said)


enquiries = Enquiries(bus)
