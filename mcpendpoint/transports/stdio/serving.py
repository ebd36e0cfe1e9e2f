"""Serves one client until it has enough, or the process is told to end."""

import asyncio
import logging
import signal
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

from django.conf import settings

from mcpendpoint.transports.stdio.lines import read_lines
from mcpendpoint.transports.stdio.outlet import Outlet
from mcpendpoint.transports.stdio.session import Service, Session
from mcpendpoint.transports.stdio.streams import Wire

logger = logging.getLogger(__name__)

GRACE_SECONDS = 1.5
"""For what is open when standard input ends: messages that were piped in get their answers. The
SDKs send SIGTERM two seconds after they closed it."""

UNWIND_SECONDS = 1.0
"""For what is cancelled, to tell others, and for the client to read what was said last."""

SIGNALS = (signal.SIGTERM, signal.SIGINT)

Ends = set[asyncio.Task[bool]]
"""What there is no going on after: a signal, or nobody to be answered."""


async def serve(service: Service, wire: Wire) -> None:
    """Return when standard input ends, at a signal, or when nobody is there to be answered."""
    outlet = Outlet(wire.outgoing)
    session = Session(service, outlet)
    loop = asyncio.get_running_loop()
    is_over = asyncio.Event()
    for number in SIGNALS:
        signal.signal(number, lambda *_: _tell(loop, is_over))
    ends = {_task_of(event) for event in (is_over, outlet.is_broken)}
    reading = asyncio.create_task(_read(session, wire))
    await asyncio.wait({reading, *ends}, return_when=asyncio.FIRST_COMPLETED)
    reading.cancel()
    session.end_subscriptions()
    await _within(GRACE_SECONDS, session.finished(), ends)
    session.cancel()
    await _within(UNWIND_SECONDS, session.finished(), set())
    await _within(UNWIND_SECONDS, outlet.drained(), {_task_of(outlet.is_broken)})


def _tell(loop: asyncio.AbstractEventLoop, is_over: asyncio.Event) -> None:
    """Handle a signal, also one that comes when the loop has ended already."""
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(is_over.set)


def _task_of(event: asyncio.Event) -> asyncio.Task[bool]:
    async def wait() -> bool:
        return await event.wait()

    return asyncio.create_task(wait())


async def _read(session: Session, wire: Wire) -> None:
    async for line in read_lines(wire.incoming, settings.MCP_MAX_BODY_BYTES):
        try:
            await session.take(line)
        except Exception:
            logger.exception("A line could not be read.")


async def _within(seconds: float, work: Coroutine[Any, Any, None], ends: Ends) -> None:
    """Wait for something, for a while, unless there is a reason not to."""
    task = asyncio.create_task(work)
    await asyncio.wait({task, *ends}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    task.cancel()
