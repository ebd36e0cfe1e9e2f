"""Addresses that alerts go to: of one person, or of the operators (`owner` is None then).

An e-mail address gets nothing but a link until somebody has opened it there and agreed.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from hashlib import sha256
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts import audit
from accounts.audit import Action
from accounts.models import User
from dashboard.alerts.forgetting import CONFIRM_WITHIN
from dashboard.alerts.messages import Message, new_secret
from dashboard.alerts.models import Receiver
from dashboard.alerts.sending import Letter, send

MAX_OF_PERSON = 3
MAX_OF_OPERATORS = 20

DAYS_OF_WEEK = 7
WEEK = timedelta(days=DAYS_OF_WEEK)

_SALT = "dashboard.alerts.confirm"

Kind = Receiver.Kind


class TooManyReceivers(Exception):
    """The owner has as many as they may."""


@dataclass(frozen=True)
class QuietHours:
    begin: time | None = None
    end: time | None = None
    zone: str = "UTC"


def receivers_of(owner: User | None) -> QuerySet[Receiver]:
    """Return an owner's own receivers and nobody else's."""
    return Receiver.objects.filter(user=owner)


def add_receiver(
    owner: User | None, actor: User, kind: str, address: str, quiet: QuietHours
) -> Receiver:
    """Raises TooManyReceivers."""
    is_email = kind == Kind.EMAIL
    with transaction.atomic():
        # A row that is locked holds back another request of the same person.
        User.objects.select_for_update().get(pk=actor.pk)
        if receivers_of(owner).count() >= (MAX_OF_PERSON if owner else MAX_OF_OPERATORS):
            raise TooManyReceivers
        receiver = Receiver.objects.create(
            user=owner,
            kind=kind,
            address=address,
            secret=new_secret() if kind == Kind.WEBHOOK else "",
            quiet_from=quiet.begin,
            quiet_until=quiet.end,
            zone=quiet.zone,
            confirmed_at=None if is_email else timezone.now(),
        )
        _record(Action.RECEIVER_ADDED, actor, receiver)
    return receiver


def change_quiet_hours(receiver: Receiver, actor: User, quiet: QuietHours) -> None:
    receiver.quiet_from, receiver.quiet_until = quiet.begin, quiet.end
    receiver.zone = quiet.zone
    receiver.digest_due_at = digest_due_after(receiver, timezone.now())
    with transaction.atomic():
        receiver.save(update_fields=["quiet_from", "quiet_until", "zone", "digest_due_at"])
        _record(Action.RECEIVER_CHANGED, actor, receiver)


def change_digest(receiver: Receiver, actor: User, day: int | None, hour: int) -> None:
    """Have a digest sent every week on this day, which counts from Monday; None for no digest."""
    receiver.digest_day, receiver.digest_hour = day, hour
    receiver.digest_due_at = digest_due_after(receiver, timezone.now())
    with transaction.atomic():
        receiver.save(update_fields=["digest_day", "digest_hour", "digest_due_at"])
        _record(Action.RECEIVER_CHANGED, actor, receiver)


def digest_due_after(receiver: Receiver, now: datetime) -> datetime | None:
    """Return when the next digest is due, None for a receiver that wants none."""
    if receiver.digest_day is None:
        return None
    return last_time(receiver.digest_day, receiver.digest_hour, receiver, now) + WEEK


def last_time(day: int, hour: int, receiver: Receiver, now: datetime) -> datetime:
    """Return when it was this day and hour last, by the clock of who receives it."""
    zone = ZoneInfo(receiver.zone)
    today = now.astimezone(zone).date()
    latest = datetime.combine(
        today - timedelta(days=(today.weekday() - day) % DAYS_OF_WEEK), time(hour), zone
    )
    return latest if latest <= now else latest - WEEK


def remove_receiver(receiver: Receiver, actor: User) -> None:
    with transaction.atomic():
        _record(Action.RECEIVER_REMOVED, actor, receiver)
        receiver.delete()


def trial_of(receiver: Receiver) -> Message:
    """Return a test, or for an unconfirmed address its link."""
    return _test() if receiver.confirmed_at else _request_to_confirm(receiver)


async def send_now(receiver: Receiver, message: Message) -> str:
    """Send it without the outbox; return what went wrong."""
    return await send(Letter(receiver, new_number(), message, timezone.now()))


def new_number() -> str:
    return f"msg_{uuid4().hex}"


def note_attempt(receiver_id: int, problem: str) -> None:
    Receiver.objects.filter(pk=receiver_id).update(tried_at=timezone.now(), problem=problem[:200])


def receiver_of_link(token: str) -> Receiver | None:
    """Return the one that a link would confirm; None for one that is too old or of none."""
    try:
        pk, digest = signing.loads(token, salt=_SALT, max_age=CONFIRM_WITHIN)
    except (signing.BadSignature, ValueError):
        return None
    receiver = Receiver.objects.filter(pk=pk, kind=Kind.EMAIL).first()
    return receiver if receiver and _digest(receiver.address) == digest else None


def confirm(receiver: Receiver) -> None:
    with transaction.atomic():
        if Receiver.objects.filter(pk=receiver.pk, confirmed_at=None).update(
            confirmed_at=timezone.now(), problem=""
        ):
            _record(Action.RECEIVER_CONFIRMED, receiver.user, receiver)


def end_of_quiet(receiver: Receiver, now: datetime) -> datetime:
    """Return when a receiver may be told: now, outside of its quiet hours."""
    begin, end, zone = receiver.quiet_from, receiver.quiet_until, ZoneInfo(receiver.zone)
    if begin is None or end is None or begin == end:
        return now
    local = now.astimezone(zone)
    at = local.time()
    is_quiet = begin <= at < end if begin < end else at >= begin or at < end
    if not is_quiet:
        return now
    day = local.date() if at < end else local.date() + timedelta(days=1)
    return datetime.combine(day, end, zone)


def _test() -> Message:
    return Message(
        type="test",
        title="Test of alerts",
        text="If you read this, alerts of this server reach you.",
        url=settings.PUBLIC_URL,
        data={},
    )


def _request_to_confirm(receiver: Receiver) -> Message:
    token = signing.dumps([receiver.pk, _digest(receiver.address)], salt=_SALT)
    return Message(
        type="receiver.confirm",
        title="Confirm this address for alerts",
        text=f"Somebody wants alerts of {settings.PUBLIC_URL} to be sent to this address. If it "
        "was you, open the link within three days. If not, ignore this message: nothing else "
        "will be sent.",
        url=settings.PUBLIC_URL + reverse("personal-alerts:confirm", args=[token]),
        data={},
    )


def _digest(address: str) -> str:
    return sha256(address.encode()).hexdigest()[:32]


def _record(action: Action, actor: User | None, receiver: Receiver) -> None:
    whose = "people" if receiver.user_id else "operators"
    audit.record(action, actor, detail={"kind": receiver.kind, "alerts_of": whose})
