"""What is to be sent. It is written in the transaction that decides it, and sent after that.

An attempt is noted before it is made: a process that dies in it leaves the message to be sent at
the next time. Who gets one twice then can tell by its number.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import ParamSpec, TypeVar

from django.db import transaction
from django.utils import timezone

from dashboard.alerts.messages import Message
from dashboard.alerts.models import Delivery, Receiver
from dashboard.alerts.receivers import end_of_quiet, new_number, note_attempt
from dashboard.alerts.sending import Letter, send
from dashboard.background import background

P = ParamSpec("P")
T = TypeVar("T")

logger = logging.getLogger(__name__)

WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 20, 60, 240))
"""Until the next attempt. Each is longer than an attempt may take."""
MAX_ATTEMPTS = len(WAITS) + 1
MAX_AT_ONCE = 20


def put(told: Iterable[tuple[Message, Receiver]], now: datetime) -> None:
    """Have messages sent where the address is confirmed, as soon as who receives them wants it."""
    Delivery.objects.bulk_create(
        Delivery(
            receiver=receiver,
            number=new_number(),
            content=asdict(message),
            at=now,
            due_at=end_of_quiet(receiver, now),
        )
        for message, receiver in told
        if receiver.confirmed_at
    )


async def send_due(clock: Callable[[], datetime] = timezone.now) -> None:
    """Send what is due, in as many rounds as that takes."""
    while deliveries := await in_background(_take, clock()):
        await asyncio.gather(*map(_send, deliveries))


def _take(now: datetime) -> list[Delivery]:
    """Take some of what is due, which no other process takes meanwhile."""
    due = Delivery.objects.filter(sent_at=None, due_at__lte=now, attempts__lt=MAX_ATTEMPTS)
    with transaction.atomic():
        taken = list(
            due.select_for_update(skip_locked=True, of=("self",))
            .select_related("receiver")
            .order_by("due_at")[:MAX_AT_ONCE]
        )
        for delivery in taken:
            wait = WAITS[min(delivery.attempts, len(WAITS) - 1)]
            delivery.attempts, delivery.due_at = delivery.attempts + 1, now + wait
            delivery.save(update_fields=["attempts", "due_at"])
    return taken


async def _send(delivery: Delivery) -> None:
    message = Message(**delivery.content)
    try:
        problem = await send(Letter(delivery.receiver, delivery.number, message, delivery.at))
    except Exception as error:  # others are still to be sent
        logger.warning("An alert could not be sent: %s.", type(error).__name__)
        problem = "It could not be sent."
    await in_background(_note, delivery, problem)


def _note(delivery: Delivery, problem: str) -> None:
    if not problem:
        Delivery.objects.filter(pk=delivery.pk).update(sent_at=timezone.now())
    elif delivery.attempts >= MAX_ATTEMPTS:
        problem = f"Given up after {MAX_ATTEMPTS} attempts: {problem}"
        logger.warning("Alert %s was given up.", delivery.number)
    note_attempt(delivery.receiver_id, problem)


async def in_background(work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """Do database work that nobody waits for, however long it takes."""
    return await asyncio.wrap_future(background.submit(work, *args, **kwargs))
