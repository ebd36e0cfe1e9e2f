"""What the pages show of approvals: the choices, what waits, and one call to decide about."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse

from accounts.approvals import State, Subject, has_expired, open_approvals, shown
from accounts.consequences import ApprovalChoices, Choice, Kind
from accounts.models import Approval, User
from accounts.preferences import load_preferences

EXPIRED = "expired"

_QUESTIONS = {
    "delete": (
        "Deleting and overwriting",
        "Removing a file, replacing one, deleting a schedule. A pull request changes nothing yet.",
    ),
    "publish": ("Publishing", "Creating a repository that others can see."),
    "spend": ("Spending", "Starting jobs and sandboxes, and copies of Spaces on ZeroGPU."),
}


_BADGES = {
    Kind.DELETE: "Deletes or overwrites",
    Kind.PUBLISH: "Publishes",
    Kind.SPEND: "Spends",
    Kind.SPACE: "Runs a Space",
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
    is_forbidden: bool
    """Whether the person has chosen since that this is never done."""

    @property
    def was_approved(self) -> bool:
        return self.decision == State.APPROVED

    @property
    def was_refused(self) -> bool:
        return self.decision == State.REFUSED

    @property
    def badges(self) -> list[str]:
        return [_BADGES[kind] for kind in self.subject.kinds]

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


def approvals_context(user: User) -> dict[str, Any]:
    choices = load_preferences(user.pk).approvals
    cards = [card_of(row, choices) for row in open_approvals(user)]
    return {
        "waiting": [card for card in cards if card.state == State.WAITING],
        "decided": [card for card in cards if card.state != State.WAITING],
    }


def card_of(row: Approval, choices: ApprovalChoices) -> ApprovalCard:
    is_over = row.state != State.USED and has_expired(row)
    subject = shown(row)
    return ApprovalCard(
        id=row.pk,
        subject=subject,
        is_forbidden=bool(choices.forbidden(subject.kinds)),
        state=EXPIRED if is_over else row.state,
        decision=row.state,
        asked_at=row.asked_at,
        expires_at=row.expires_at,
    )
