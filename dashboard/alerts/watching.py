"""The task of each server that looks for what is to be told, and tells it."""

import asyncio
import logging
import random

from django.utils import timezone

from accounts.behind import start_task
from dashboard.alerts import digests, evaluating, personal
from dashboard.alerts.figures import Figures
from dashboard.alerts.outbox import in_background, send_due

logger = logging.getLogger(__name__)

POLL_SECONDS = 10.0


class Watcher:
    def __init__(self) -> None:
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, on the running event loop; does nothing where it has begun."""
        if self._task is None or self._task.done():
            self._task = start_task(self._watch_for_ever())

    async def _watch_for_ever(self) -> None:
        while True:
            # Not all processes at once.
            await asyncio.sleep(POLL_SECONDS * random.uniform(0.5, 1.5))  # noqa: S311
            for work in (look_if_due, send_due):
                try:
                    await work()
                except Exception as error:  # whatever it is, it may be over at the next time
                    logger.warning("Alerts had to wait: %s.", type(error).__name__)


async def look_if_due() -> None:
    await in_background(_look_if_due)


def _look_if_due() -> None:
    now = timezone.now()
    if evaluating.take_turn(now):
        figures = Figures(now)
        evaluating.evaluate(figures, now)
        personal.look(figures, now)
        digests.look(now)


watcher = Watcher()
"""The one of this process."""
