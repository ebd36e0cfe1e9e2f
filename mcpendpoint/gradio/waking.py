"""Wakes a Space that sleeps, and waits until it runs.

A request to its host wakes it, and the Hub says how far it is. As Gradio's own clients do it:
client/js/src/helpers/spaces.ts of gradio-app/gradio asks every second, gradio_client every two.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress

from django.conf import settings

from accounts.behind import run_behind
from accounts.outgoing.errors import OutgoingError
from mcpendpoint.gradio.discovery import SpaceInfo, find_space, find_tools, look_again
from mcpendpoint.gradio.errors import SpaceError, SpaceGone, SpaceNotRunning
from mcpendpoint.gradio.states import ASLEEP, STARTING
from mcpendpoint.gradio.transport import ask_space, token_header
from mcpendpoint.gradio.upstream import ReportProgress
from mcpendpoint.protocol.records import Reason

logger = logging.getLogger(__name__)

KNOCK_SECONDS = 10.0
ASK_EVERY_SECONDS = 2.0
ASK_RARELY_SECONDS = 6.0
"""What a person may ask the Hub in a minute is not to be used up by waiting."""

WAKE_BEHIND_SECONDS = 600.0
MAX_BEHIND = 50

WAIT_UNSEEN_SECONDS = 40.0
"""For a Space to start, where nobody is told of it: most clients give up after a minute."""
RUN_SECONDS = 20
"""What is kept of a call's time for the call itself."""

COMING = frozenset({ASLEEP, *STARTING})
"""States that a Space leaves by itself, once somebody has asked it something."""

_behind: set[asyncio.Task[None]] = set()


async def wake(
    info: SpaceInfo, token: str | None, seconds: float, report_progress: ReportProgress = None
) -> SpaceInfo:
    """Return where a Space that sleeps or starts is once it runs. Raises SpaceError."""
    now = info
    try:
        async with asyncio.timeout(seconds):
            for waited, pause in enumerate(_pauses(), start=1):
                if waited == 1 or now.stage == ASLEEP:
                    await _knock(now, token)
                if report_progress is not None:
                    # Hardly anything: what the Space itself reports begins at 0 or 1.
                    await report_progress(waited / 10_000, None, _words(now))
                await asyncio.sleep(pause)
                now = await _ask(now, token)
                if now.stage not in COMING:
                    break
    except TimeoutError as error:
        raise SpaceNotRunning(
            f"The Space {info.space_id} was asleep and is starting, which takes longer than this "
            f"call can wait. {info.page} shows how far it is.",
            is_retryable=True,
            retry_after_seconds=60,
            reason=Reason.SPACE_ASLEEP,
        ) from error
    if now.problem is not None:
        raise now.problem
    return now


def seconds_to_wake(report_progress: ReportProgress) -> float:
    """Return how much of a call's time may be used for that."""
    longest = float(settings.MCP_CALL_TIMEOUT_SECONDS - RUN_SECONDS)
    return longest if report_progress is not None else min(longest, WAIT_UNSEEN_SECONDS)


async def wake_unseen(
    space_id: str, token: str | None, report_progress: ReportProgress, *, is_private: bool
) -> None:
    """Wake a Space whose tools nobody has seen. Raises SpaceError."""
    found = await find_space(space_id, is_private=is_private, token=token)
    if found.value.stage in COMING:
        await wake(found.value, token, seconds_to_wake(report_progress), report_progress)
    look_again(space_id, token)


def wake_behind(
    space_id: str, token: str | None, *, is_private: bool, then: Callable[[], Awaitable[None]]
) -> None:
    """Wake a Space, find out its tools, and do what comes then, while nobody waits for it."""
    if len(_behind) < MAX_BEHIND:
        task = run_behind(_wake_behind(space_id, token, is_private, then))
        _behind.add(task)
        task.add_done_callback(_behind.discard)


async def _wake_behind(
    space_id: str, token: str | None, is_private: bool, then: Callable[[], Awaitable[None]]
) -> None:
    try:
        look_again(space_id, token)
        found = await find_space(space_id, is_private=is_private, token=token)
        if found.value.stage not in COMING:
            return
        info = await wake(found.value, token, WAKE_BEHIND_SECONDS)
        look_again(space_id, token)
        await find_tools(info, token, read_timeout_seconds=None)
        await then()
    except SpaceError:
        pass  # as its page says
    except Exception as error:
        logger.warning("A Space could not be woken: %s.", type(error).__name__)


async def _knock(info: SpaceInfo, token: str | None) -> None:
    url = f"{info.url}/gradio_api/info"
    with suppress(OutgoingError):
        async with ask_space("GET", url, token_header(token), seconds=KNOCK_SECONDS):
            pass


async def _ask(info: SpaceInfo, token: str | None) -> SpaceInfo:
    """Return what the Hub says now, or what it said last. Raises SpaceGone."""
    look_again(info.space_id, token)
    try:
        return (await find_space(info.space_id, is_private=info.is_private, token=token)).value
    except SpaceGone:
        raise
    except SpaceError:
        return info


def _pauses() -> Iterator[float]:
    pause = ASK_EVERY_SECONDS
    while True:
        yield pause
        pause = min(pause * 1.3, ASK_RARELY_SECONDS)


def _words(info: SpaceInfo) -> str:
    if info.stage == ASLEEP:
        return f"The Space {info.space_id} is asleep, and is being woken."
    return f"The Space {info.space_id} is starting."
