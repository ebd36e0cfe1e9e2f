"""Where decisions are kept: for a person with an account, where all workers see them; for whoever
started a program of their own, in that program.
"""

import time
from typing import Protocol

from django.conf import settings
from django.urls import reverse

from accounts import approvals
from accounts.approvals import State, Subject, TooManyApprovals
from accounts.database import changes

SECONDS = approvals.HOLDS.total_seconds()
MAX_ANSWERED = 1_000


class Book(Protocol):
    """Raises accounts.database.UNAVAILABLE, and TooManyApprovals."""

    async def take(self, digest: str) -> State | None:
        """Return USED for a call that may be made now, by an approval that is used up by that;
        REFUSED for one that the person refused just now."""
        ...

    async def address(self, subject: Subject) -> str | None:
        """Return the page where the person decides, None where there is none."""
        ...

    async def note_asked(self, subject: Subject) -> None: ...

    async def note_answer(self, subject: Subject, *, is_approved: bool) -> bool:
        """Note the answer to a question that can be answered once only by its nature; False when
        the call was refused elsewhere meanwhile."""
        ...

    async def settle(self, question: str, subject: Subject, *, is_approved: bool) -> bool:
        """Note the answer to a question; False when it was answered before."""
        ...

    async def use(self, number: str, subject: Subject) -> bool:
        """Use up what was approved, by a number that stands for that; False when it was."""
        ...


class SiteBook:
    """Of a person with an account here."""

    def __init__(self, user_id: int) -> None:
        self._user_id = user_id

    async def take(self, digest: str) -> State | None:
        row = await changes.run(approvals.take, self._user_id, digest)
        return State(row.state) if row else None

    async def address(self, subject: Subject) -> str | None:
        row = await changes.run(approvals.ask, self._user_id, subject)
        return str(settings.PUBLIC_URL) + reverse("accounts:approval", args=[row.pk])

    async def note_asked(self, subject: Subject) -> None:
        await changes.run(approvals.note_asked, self._user_id, subject)

    async def note_answer(self, subject: Subject, *, is_approved: bool) -> bool:
        return await changes.run(
            approvals.note_answer, self._user_id, subject, is_approved=is_approved
        )

    async def settle(self, question: str, subject: Subject, *, is_approved: bool) -> bool:
        return await changes.run(
            approvals.settle, question, self._user_id, subject, is_approved=is_approved
        )

    async def use(self, number: str, subject: Subject) -> bool:
        return await changes.run(approvals.use, number, self._user_id, subject)


class ProgramBook:
    """Of a program that serves one person without an account."""

    def __init__(self) -> None:
        self._answered: dict[str, float] = {}
        """Questions, and when each was answered."""

    async def take(self, digest: str) -> State | None:
        return None

    async def address(self, subject: Subject) -> str | None:
        return None

    async def note_asked(self, subject: Subject) -> None:
        pass

    async def note_answer(self, subject: Subject, *, is_approved: bool) -> bool:
        return True

    async def settle(self, question: str, subject: Subject, *, is_approved: bool) -> bool:
        since = time.monotonic() - SECONDS
        self._answered = {known: at for known, at in self._answered.items() if at > since}
        if question in self._answered:
            return False
        if len(self._answered) >= MAX_ANSWERED:
            raise TooManyApprovals
        self._answered[question] = time.monotonic()
        return True

    async def use(self, number: str, subject: Subject) -> bool:
        return await self.settle(number, subject, is_approved=True)


_program = ProgramBook()


def book_of(user_id: int | None) -> Book:
    return _program if user_id is None else SiteBook(user_id)
