"""What the pages show of approvals: the choices, what waits, and one call to decide about."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse

from accounts.approvals import State, Subject, has_expired, open_approvals, shown
from accounts.consequences import ApprovalChoices, Choice, Kind, is_laxer
from accounts.forms import ApprovalsForm, approvals_form
from accounts.groups.offers import Offer
from accounts.groups.reading import approvals_of, offer_to
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
    options: tuple[tuple[str, str, bool, bool], ...]
    """Value, label, whether it is chosen, and whether a group asks for more than that."""
    errors: tuple[str, ...]
    why_not: str
    """Said of options that a group rules out, "" where there are none."""


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
    """Whether the person has chosen since that this is never done, or a group of theirs says so."""

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


def choice_rows(
    choices: ApprovalChoices, errors: Mapping[str, Any], offer: Offer
) -> list[ChoiceRow]:
    """Return the questions with what holds: no less than a group asks for."""
    in_force, least = choices.or_stricter(offer.least).as_words(), offer.least.as_words()
    return [
        ChoiceRow(
            field=f"approve_{kind}",
            title=_QUESTIONS[kind][0],
            hint=_QUESTIONS[kind][1],
            options=tuple(
                (value, label, value == chosen, is_laxer(value, least[kind]))
                for value, label in Choice.choices
            ),
            errors=tuple(errors.get(f"approve_{kind}", ())),
            why_not="" if least[kind] == Choice.ALLOW else offer.why_not,
        )
        for kind, chosen in in_force.items()
    ]


def choices_context(user: User, form: ApprovalsForm | None = None) -> dict[str, Any]:
    """Return what is saved, or a form that was sent."""
    saved = load_preferences(user.pk, user.edited_profile_id).approvals
    form = form or approvals_form(saved)
    return {
        "approval_rows": choice_rows(form.approvals, form.errors, offer_to(user)),
        "choices_version": saved.version,
        "is_unsaved": form.is_bound,
    }


def approvals_context(user: User) -> dict[str, Any]:
    choices = approvals_of(user)
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
