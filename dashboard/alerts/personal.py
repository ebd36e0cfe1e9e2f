"""What people are told of: their own Spaces, keys and approvals, and nothing of anybody else.

A few people at a time, whoever was looked after longest ago first: what that costs does not depend
on how many people or keys there are. Synchronous.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Lower
from django.urls import reverse

from accounts.models import AccessKey, Approval, HubCredential
from accounts.space_models import SelectedSpace
from dashboard.alerts import outbox
from dashboard.alerts.figures import Figures
from dashboard.alerts.messages import Message
from dashboard.alerts.models import PersonalAlerts, PersonalNotice, Receiver, Rule

EVERY = timedelta(minutes=1)
PEOPLE_AT_ONCE = 500
MAX_ROUNDS = 10

FAILING_PERCENT = 50.0
FAILING_CALLS = 5
"""At least so many, so that it is no chance."""

SOON = (timedelta(days=1), timedelta(days=7))
"""How long before an end somebody is told of it, the last time first."""

SPACE_AGAIN_AFTER = timedelta(days=1)
APPROVALS_AGAIN_AFTER = timedelta(minutes=15)
NEVER = timedelta.max


@dataclass(frozen=True)
class Notice:
    user_id: int
    subject: str
    """What somebody is told of at most once in `again_after`."""
    again_after: timedelta
    message: Message


def look(figures: Figures, now: datetime) -> None:
    """Tell people what they want to know by now."""
    window = figures.window(Rule.Window.FIFTEEN_MINUTES)
    for _ in range(MAX_ROUNDS):
        due = PersonalAlerts.objects.filter(looked_at__lte=now - EVERY).order_by("looked_at")
        with transaction.atomic():
            people = list(due.select_for_update(skip_locked=True)[:PEOPLE_AT_ONCE])
            if not people:
                return
            ids = [each.pk for each in people]
            PersonalAlerts.objects.filter(pk__in=ids).update(looked_at=now)
            failing = {
                each.subject
                for each in window.spaces
                if each.value > FAILING_PERCENT and each.of >= FAILING_CALLS
            }
            _tell(list(_notices(people, failing, now)), now)


def _notices(
    people: Iterable[PersonalAlerts], failing: set[str], now: datetime
) -> Iterator[Notice]:
    people = list(people)
    yield from _of_spaces([each.user_id for each in people if each.spaces], failing)
    ending = [each.user_id for each in people if each.endings]
    yield from _of_keys(ending, now)
    yield from _of_credentials(ending, now)
    yield from _of_approvals([each.user_id for each in people if each.approvals], now)


def _tell(notices: list[Notice], now: datetime) -> None:
    users = {notice.user_id for notice in notices}
    told = {
        (row.user_id, row.subject): row.at
        for row in PersonalNotice.objects.filter(
            user_id__in=users, subject__in={notice.subject for notice in notices}
        )
    }
    news = [
        notice
        for notice in notices
        if (at := told.get((notice.user_id, notice.subject))) is None
        or now - at >= notice.again_after
    ]
    receivers: defaultdict[int | None, list[Receiver]] = defaultdict(list)
    for receiver in Receiver.objects.filter(user_id__in={notice.user_id for notice in news}):
        receivers[receiver.user_id].append(receiver)
    PersonalNotice.objects.bulk_create(
        [PersonalNotice(user_id=each.user_id, subject=each.subject, at=now) for each in news],
        update_conflicts=True,
        unique_fields=["user", "subject"],
        update_fields=["at"],
    )
    outbox.put(
        ((notice.message, receiver) for notice in news for receiver in receivers[notice.user_id]),
        now,
    )


def _of_spaces(user_ids: list[int], failing: set[str]) -> Iterator[Notice]:
    """Private Spaces are counted without their names, so nothing is known of them here."""
    selected = SelectedSpace.objects.annotate(lower=Lower("space_id")).filter(
        user_id__in=user_ids,
        is_active=True,
        is_private=False,
        lower__in={space_id.lower() for space_id in failing},
    )
    for user_id, space_id in selected.values_list("user_id", "space_id"):
        message = Message(
            type="space.failing",
            title=f"The Space {space_id} fails",
            text="Most of the calls of this Space, which you selected, have failed in the last 15 "
            "minutes. Its page says what is known of it.",
            url=f"{settings.HF_ENDPOINT}/spaces/{space_id}",
            data={"space": space_id},
        )
        yield Notice(user_id, f"space {space_id}", SPACE_AGAIN_AFTER, message)


def _of_keys(user_ids: list[int], now: datetime) -> Iterator[Notice]:
    keys = AccessKey.objects.filter(
        user_id__in=user_ids, expires_at__gt=now, expires_at__lte=now + SOON[-1]
    )
    for pk, user_id, name, end in keys.values_list("pk", "user_id", "name", "expires_at"):
        if end is not None:
            message = _ending(f"Your access key “{name}”", end, now, "accounts:keys", {"key": name})
            yield Notice(user_id, f"key {pk} {_how_soon(end, now).days}", NEVER, message)


def _of_credentials(user_ids: list[int], now: datetime) -> Iterator[Notice]:
    """Those of sign-in with Hugging Face are renewed by themselves, until that fails."""
    rows = HubCredential.objects.filter(user_id__in=user_ids).order_by()
    ended = rows.filter(needs_sign_in=True)
    for user_id, changed in ended.values_list("user_id", "updated_at"):
        message = Message(
            type="hub_credential.ended",
            title="Your connection to Hugging Face has ended",
            text="Your assistants cannot use the Hub or your Spaces until you sign in again.",
            url=settings.PUBLIC_URL + reverse("accounts:permissions"),
            data={},
        )
        yield Notice(user_id, f"credential ended {changed:%Y-%m-%dT%H:%M:%S}", NEVER, message)
    ending = rows.filter(
        kind=HubCredential.Kind.TOKEN,
        needs_sign_in=False,
        expires_at__gt=now,
        expires_at__lte=now + SOON[-1],
    )
    for user_id, end in ending.values_list("user_id", "expires_at"):
        if end is not None:
            message = _ending(
                "The Hugging Face token in use here", end, now, "accounts:permissions", {}
            )
            subject = f"credential {end:%Y-%m-%dT%H:%M} {_how_soon(end, now).days}"
            yield Notice(user_id, subject, NEVER, message)


def _ending(what: str, end: datetime, now: datetime, page: str, data: dict[str, str]) -> Message:
    days = _how_soon(end, now).days
    return Message(
        type="credential.ending",
        title=f"{what} ends within {'a day' if days == 1 else f'{days} days'}",
        text=f"It ends at {end:%Y-%m-%d %H:%M} UTC; who uses it is locked out then.",
        url=settings.PUBLIC_URL + reverse(page),
        data={**data, "ends_at": end.isoformat()},
    )


def _how_soon(end: datetime, now: datetime) -> timedelta:
    return next(soon for soon in SOON if end - now <= soon)


def _of_approvals(user_ids: list[int], now: datetime) -> Iterator[Notice]:
    """However many calls wait, they are told of together."""
    waiting = Approval.objects.filter(
        user_id__in=user_ids, state=Approval.State.WAITING, expires_at__gt=now
    )
    for user_id in waiting.order_by().values_list("user_id", flat=True).distinct():
        message = Message(
            type="approval.waiting",
            title="A call waits for your approval",
            text="An assistant of yours wants to do something that you want to be asked about.",
            url=settings.PUBLIC_URL + reverse("accounts:approvals"),
            data={},
        )
        yield Notice(user_id, "approvals", APPROVALS_AGAIN_AFTER, message)
