"""Stores the last counts when an ASGI server says that it ends.

Nothing depends on it. But uvicorn ends by a signal, which no atexit function survives: without it
the counts of the last half second before a restart would be missing.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from dashboard.call_log import call_log
from dashboard.hub_counts import hub_counts
from dashboard.recorder import recorder
from dashboard.stream_counts import stream_counts


async def lifespan(
    scope: Mapping[str, Any],
    receive: Callable[[], Awaitable[Mapping[str, Any]]],
    send: Callable[[dict[str, Any]], Awaitable[None]],
) -> None:
    """Speak the ASGI lifespan protocol."""
    while (await receive())["type"] == "lifespan.startup":
        await send({"type": "lifespan.startup.complete"})
    await recorder.finish()
    await call_log.finish()
    await stream_counts.finish()
    await hub_counts.finish()
    await send({"type": "lifespan.shutdown.complete"})
