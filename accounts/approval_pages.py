"""What the pages show of approvals: the choices, what waits, and one call to decide about."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse

from accounts.approvals import State, Subject, has_expired, shown, waiting_approvals
from accounts.consequences import ApprovalChoices, Choice
from accounts.models import Approval, User

EXPIRED = "expired"

_QUESTIONS = {
    "delete": (
        "Deleting and overwriting",
        "Removing a file, replacing one, deleting a schedule. A pull request changes nothing yet.",
    ),
    "publish": ("Publishing", "Creating a repository that others can see."),
    "spend": ("Spending", "Starting jobs and sandboxes, and copies of Spaces on ZeroGPU."),
}


@dataclass(frozen=True)
class ChoiceRow:
    """One question of the settings page: what about calls of this kind?"""

    field: str
    title: str
    hint: str
    options: tuple[tuple[str, str, bool], ...]
    """Value, label, and whether it is chosen."""
    errors: tuple[str, ...]


@dataclass(frozen=True)
class ApprovalCard:
    """A call to decide about."""

    id: str
    subject: Subject
    state: str
    """Of the row, or EXPIRED."""
    decision: str
    """State of the row, which stays what it was when the time is over."""
    asked_at: datetime
    expires_at: datetime

    @property
    def was_approved(self) -> bool:
        return self.decision == State.APPROVED

    @property
    def was_refused(self) -> bool:
        return self.decision == State.REFUSED

    @property
    def can_be_decided(self) -> bool:
        return self.state in (State.WAITING, State.APPROVED, State.REFUSED)


def is_page_of_approval(url: str | None) -> bool:
    return (url or "").startswith(reverse("accounts:approval", args=["-"]).removesuffix("-/"))


def choice_rows(choices: ApprovalChoices, errors: Mapping[str, Any]) -> list[ChoiceRow]:
    return [
        ChoiceRow(
            field=f"approve_{kind}",
            title=_QUESTIONS[kind][0],
            hint=_QUESTIONS[kind][1],
            options=tuple((value, label, value == chosen) for value, label in Choice.choices),
            errors=tuple(errors.get(f"approve_{kind}", ())),
        )
        for kind, chosen in choices.as_words().items()
    ]


def waiting_context(user: User) -> dict[str, Any]:
    return {"waiting": [card_of(row) for row in waiting_approvals(user)]}


def card_of(row: Approval) -> ApprovalCard:
    is_over = row.state != State.USED and has_expired(row)
    return ApprovalCard(
        id=row.pk,
        subject=shown(row),
        state=EXPIRED if is_over else row.state,
        decision=row.state,
        asked_at=row.asked_at,
        expires_at=row.expires_at,
    )
