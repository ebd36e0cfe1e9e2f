"""Tells those who want it once a week how it went. Synchronous.

When the next digest is due is stored with what is to be sent, in one transaction: each is sent
once, whichever process looks, and of weeks in which none looked only the last is told.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from dashboard.alerts import outbox
from dashboard.alerts.digest_text import Digest, Week
from dashboard.alerts.messages import Message
from dashboard.alerts.models import Receiver
from dashboard.alerts.receivers import WEEK, digest_due_after, last_time
from dashboard.ranges import Range, between

RECEIVERS_AT_ONCE = 50
MAX_ROUNDS = 10


def look(now: datetime) -> None:
    """Have digests sent that are due by now."""
    weeks: dict[Range, Week] = {}
    for _ in range(MAX_ROUNDS):
        due = Receiver.objects.filter(digest_due_at__lte=now).exclude(confirmed_at=None)
        with transaction.atomic():
            receivers = list(
                due.select_for_update(skip_locked=True).order_by("digest_due_at")[
                    :RECEIVERS_AT_ONCE
                ]
            )
            if not receivers:
                return
            told = [(_last_week_of(receiver, now, weeks), receiver) for receiver in receivers]
            for receiver in receivers:
                receiver.digest_due_at = digest_due_after(receiver, now)
            Receiver.objects.bulk_update(receivers, ["digest_due_at"])
            outbox.put(told, now)


def until_now(user_id: int | None, now: datetime) -> Digest:
    """Return the digest of the last seven days, of a person or for None the operators'."""
    return Week(between(now - WEEK, now, now), now).digest(user_id, now.tzinfo or ZoneInfo("UTC"))


def as_message(digest: Digest, user_id: int | None) -> Message:
    page = "personal-alerts:page" if user_id else "dashboard:overview"
    return digest.as_message(settings.PUBLIC_URL + reverse(page))


def _last_week_of(receiver: Receiver, now: datetime, weeks: dict[Range, Week]) -> Message:
    """Return the digest of the week that was over when it was due last, however late it is."""
    end = last_time(receiver.digest_day or 0, receiver.digest_hour, receiver, now)
    shown = between(end - WEEK, end, now)
    if shown not in weeks:
        weeks[shown] = Week(shown, now)
    digest = weeks[shown].digest(receiver.user_id, ZoneInfo(receiver.zone))
    return as_message(digest, receiver.user_id)
