"""Calls that wait for a person's decision. An approval is of one call, by one person, for ten
minutes, and counts once.

A call is known by a digest of the tool and its arguments. What the person is shown is stored
encrypted, as it quotes arguments. Functions are for a thread of the database.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from secrets import token_urlsafe

import orjson
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts import audit
from accounts.audit import Action
from accounts.consequences import Kind
from accounts.encryption import Unreadable
from accounts.housekeeping import delete_in_steps
from accounts.models import Approval, User

State = Approval.State

HOLDS = timedelta(minutes=10)
MAX_WAITING = 20
"""Of a person: more than anybody decides about with care."""
MAX_ROWS = 500
"""Of a person, with those that are used: whatever their assistants do in ten minutes."""


@dataclass(frozen=True)
class Subject:
    """A call, as far as somebody decides about it."""

    tool: str
    digest: str
    kinds: tuple[Kind, ...]
    title: str
    lines: tuple[str, ...]
    client: str = ""
    """Who makes it: the credential, and what the client calls itself."""


class TooManyApprovals(Exception):
    """The person has to decide about others first."""


def new_id() -> str:
    return token_urlsafe(16)


def take(user_id: int, digest: str) -> Approval | None:
    """Return the approval or refusal that holds for such a call, or the question that waits.

    An approval is used up by that: the call that gets it as USED may be made, and no other.
    """
    open_now = _open(timezone.now()).filter(user_id=user_id, digest=digest)
    with transaction.atomic():
        # One statement decides between calls that come at once, at whichever worker.
        row = open_now.first()
        if row is not None and row.state == State.APPROVED:
            if not open_now.filter(state=State.APPROVED).update(state=State.USED):
                return None
            row.state = State.USED
            _audit(Action.APPROVAL_USED, row.user, row.tool, row.client)
    return row


def ask(user_id: int, subject: Subject) -> Approval:
    """Return the question about such a call: the one that waits already, or a new one.

    Raises TooManyApprovals.
    """
    now = timezone.now()
    with transaction.atomic():
        # The user's row is the lock: two calls at once are one question.
        user = User.objects.select_for_update().get(pk=user_id)
        of_person = Approval.objects.filter(user_id=user_id)
        waiting = _open(now).filter(user_id=user_id, digest=subject.digest).first()
        if waiting is not None:
            return waiting
        of_person.filter(digest=subject.digest, expires_at__lte=now).delete()
        if _open(now).filter(user_id=user_id, state=State.WAITING).count() >= MAX_WAITING:
            raise TooManyApprovals
        _make_room(of_person, now)
        row = _create(new_id(), user_id, subject, now, State.WAITING)
        _audit(Action.APPROVAL_ASKED, user, subject.tool, subject.client, subject.kinds)
    return row


def settle(approval_id: str, user_id: int, subject: Subject, *, is_approved: bool) -> bool:
    """Note the answer to a question that the client itself asked; False when it had one before,
    or the call was refused on the page meanwhile.

    Raises TooManyApprovals.
    """
    now = timezone.now()
    try:
        with transaction.atomic():
            _make_room(Approval.objects.filter(user_id=user_id), now)
            if not note_answer(user_id, subject, is_approved=is_approved):
                return False
            # The key is the question's, so that there can be one answer only.
            _create(approval_id, user_id, replace(subject, lines=()), now, State.USED)
    except IntegrityError:
        return False
    return True


def use(number: str, user_id: int, subject: Subject) -> bool:
    """Use up an approval that was taken before, when the call was not yet to be made; False when
    that was done. Raises TooManyApprovals.
    """
    now = timezone.now()
    try:
        with transaction.atomic():
            _make_room(Approval.objects.filter(user_id=user_id), now)
            _create(number, user_id, replace(subject, lines=()), now, State.USED)
    except IntegrityError:
        return False
    return True


def note_asked(user_id: int, subject: Subject) -> None:
    """Let the audit log tell that the client asks."""
    user = User.objects.get(pk=user_id)
    _audit(Action.APPROVAL_ASKED, user, subject.tool, subject.client, subject.kinds)


def note_answer(user_id: int, subject: Subject, *, is_approved: bool) -> bool:
    """Let the audit log tell what was answered in the client; nothing waits for that any more.

    False, and nothing is noted, when the call was refused on the page meanwhile.
    """
    action = Action.APPROVAL_GIVEN if is_approved else Action.APPROVAL_REFUSED
    user = User.objects.get(pk=user_id)
    with transaction.atomic():
        same = _open(timezone.now()).filter(user_id=user_id, digest=subject.digest)
        # First of all nothing of it can be decided any more.
        same.exclude(state=State.REFUSED).update(state=State.USED)
        if same.exists():
            return False
        _audit(action, user, subject.tool, subject.client, subject.kinds)
    return True


def decide(user: User, approval_id: str, *, is_approved: bool, seen: str = "") -> bool:
    """Approve or refuse, also otherwise than before; False when it is too late, and when it is not
    `seen` any more, the state that the person was shown.
    """
    state = State.APPROVED if is_approved else State.REFUSED
    own = Approval.objects.filter(user_id=user.pk, pk=approval_id)
    with transaction.atomic():
        others = _open(timezone.now()) & own.exclude(state=state)
        others = others.filter(state=seen) if seen else others
        if others.update(state=state):
            row = own.get()
            action = Action.APPROVAL_GIVEN if is_approved else Action.APPROVAL_REFUSED
            _audit(action, user, row.tool, row.client, shown(row).kinds)
            return True
    return own.filter(state=state, expires_at__gt=timezone.now()).exists()


def refuse_all(user: User, approval_ids: Collection[str]) -> int:
    """Refuse those of them that wait for this person's word; return how many calls that were."""
    waiting = [row for row in open_approvals(user) if row.state == State.WAITING]
    return sum(
        decide(user, row.pk, is_approved=False, seen=State.WAITING)
        for row in waiting
        if row.pk in approval_ids
    )


def own_approval(user: User, approval_id: str) -> Approval | None:
    return Approval.objects.filter(user_id=user.pk, pk=approval_id).first()


def open_approvals(user: User) -> Sequence[Approval]:
    """Return what waits for this person's word, and what they may still decide otherwise, newest
    first.
    """
    rows = _open(timezone.now()).filter(user_id=user.pk).order_by("-asked_at")
    return list(rows[:MAX_ROWS])


def count_waiting(user: User) -> int:
    return _open(timezone.now()).filter(user_id=user.pk, state=State.WAITING).count()


def has_expired(row: Approval) -> bool:
    """Whether it is too late to decide; as it is where what was asked cannot be read any more."""
    return row.expires_at <= timezone.now() or isinstance(row.content, Unreadable)


def shown(row: Approval) -> Subject:
    """Return what the person is shown of it."""
    content = {} if isinstance(row.content, Unreadable) else orjson.loads(row.content)
    return Subject(
        tool=row.tool,
        digest=row.digest,
        kinds=tuple(Kind(kind) for kind in content.get("kinds", ())),
        title=content.get("title", "What was asked cannot be read any more."),
        lines=tuple(content.get("lines", ())),
        client=row.client,
    )


def forget_expired(now: datetime) -> int:
    """Return how many that were."""
    return delete_in_steps(Approval.objects.filter(expires_at__lt=now).order_by("expires_at"))


def _open(now: datetime) -> QuerySet[Approval]:
    return Approval.objects.filter(expires_at__gt=now).exclude(state=State.USED)


def _make_room(of_person: QuerySet[Approval], now: datetime) -> None:
    if of_person.count() < MAX_ROWS:
        return
    of_person.filter(expires_at__lte=now).delete()
    if of_person.count() >= MAX_ROWS:
        raise TooManyApprovals


def _create(
    approval_id: str, user_id: int, subject: Subject, now: datetime, state: Approval.State
) -> Approval:
    content = {"kinds": subject.kinds, "title": subject.title, "lines": subject.lines}
    return Approval.objects.create(
        id=approval_id,
        user_id=user_id,
        tool=subject.tool,
        digest=subject.digest,
        content=orjson.dumps(content).decode(),
        client=subject.client,
        state=state,
        asked_at=now,
        expires_at=now + HOLDS,
    )


def _audit(action: Action, user: User, tool: str, client: str, kinds: Sequence[Kind] = ()) -> None:
    detail = {"kinds": [kind.value for kind in kinds]} if kinds else {}
    audit.record(action, user, tool=tool, client=client, detail=detail)
