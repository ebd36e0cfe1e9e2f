"""Questions to a person for files that a call lacks: for ten minutes, and for that call alone.

A call is known by a digest of its tool, arguments and the parameter. The page of a question is its
person's alone. Functions are for a thread of the database.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.housekeeping import delete_in_steps
from accounts.models import User
from mcpendpoint.files.links import FILES_PATH
from mcpendpoint.files.models import FileQuestion, StoredFile

State = FileQuestion.State

HOLDS = timedelta(minutes=10)
MAX_OPEN = 20
"""Of a person, with those that are answered."""
MAX_FILES = 20
"""Of one answer."""


class TooManyQuestions(Exception):
    """The person has more of them than anybody answers."""


def open_question(user_id: int, digest: str) -> FileQuestion | None:
    """Return the question about such a call, which may be answered, or refused."""
    return _open().filter(user_id=user_id, digest=digest).first()


def waiting_questions(user: User) -> Sequence[FileQuestion]:
    """Return what this person is asked for and has not answered, newest first."""
    rows = _open().filter(user_id=user.pk, state=State.WAITING)
    return list(rows.order_by("-asked_at")[:MAX_OPEN])


def ask(
    user_id: int,
    digest: str,
    *,
    tool: str,
    space_id: str,
    parameter: str,
    takes: Sequence[str],
    takes_many: bool,
    client: str,
) -> FileQuestion:
    """Return the question about such a call: the one there is, or a new one.

    Raises TooManyQuestions.
    """
    now = timezone.now()
    with transaction.atomic():
        # The user's row is the lock: two calls at once are one question.
        User.objects.select_for_update().only("pk").get(pk=user_id)
        own = FileQuestion.objects.filter(user_id=user_id)
        own.filter(expires_at__lte=now).delete()
        if known := own.filter(digest=digest).exclude(state=State.USED).first():
            return known
        if own.count() >= MAX_OPEN:
            raise TooManyQuestions
        return FileQuestion.objects.create(
            user_id=user_id,
            digest=digest,
            tool=tool[:120],
            space_id=space_id[:200],
            parameter=parameter[:64],
            kind=",".join(takes),
            takes_many=takes_many,
            client=client[:160],
            asked_at=now,
            expires_at=now + HOLDS,
        )


def files_given(question: FileQuestion) -> list[StoredFile]:
    """Return what the person gave and still has, in their order."""
    own = StoredFile.objects.filter(
        user_id=question.user_id, is_complete=True, expires_at__gt=timezone.now()
    )
    found = own.in_bulk(question.file_ids)
    return [found[file_id] for file_id in question.file_ids if file_id in found]


def own_question(user: User, question_id: str) -> FileQuestion | None:
    return FileQuestion.objects.filter(user_id=user.pk, pk=question_id).first()


def answer(user: User, question_id: str, file_ids: Sequence[str]) -> bool:
    """Give files of this person's; False when it is too late, or one of them is not theirs."""
    wanted = list(dict.fromkeys(file_ids))
    own = StoredFile.objects.filter(
        user_id=user.pk, pk__in=wanted, is_complete=True, expires_at__gt=timezone.now()
    )
    if not 0 < len(wanted) <= MAX_FILES or own.count() != len(wanted):
        return False
    undecided = _open().filter(user_id=user.pk, pk=question_id)
    return bool(undecided.update(state=State.ANSWERED, file_ids=wanted))


def refuse(user: User, question_id: str) -> bool:
    undecided = _open().filter(user_id=user.pk, pk=question_id)
    return bool(undecided.update(state=State.REFUSED, file_ids=[]))


def use_up(user_id: int, digests: Sequence[str]) -> None:
    """Let what was given count for no other call."""
    answered = FileQuestion.objects.filter(user_id=user_id, digest__in=digests)
    answered.filter(state=State.ANSWERED).update(state=State.USED)


def is_over(question: FileQuestion) -> bool:
    return question.state == State.USED or question.expires_at <= timezone.now()


def address_of(question: FileQuestion) -> str:
    return f"{settings.PUBLIC_URL}{FILES_PATH}asked/{question.pk}/"


def forget_expired(now: datetime) -> int:
    """Return how many that were."""
    return delete_in_steps(FileQuestion.objects.filter(expires_at__lt=now).order_by("expires_at"))


def _open() -> QuerySet[FileQuestion]:
    return FileQuestion.objects.filter(expires_at__gt=timezone.now()).exclude(state=State.USED)
