"""What a call may do that a person wants a say in, and what each person chose. Pure: no I/O."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from django.db.models import TextChoices


class Kind(StrEnum):
    """Of what a call does, as far as it cannot be taken back by another call."""

    DELETE = "delete"
    PUBLISH = "publish"
    SPEND = "spend"
    SPACE = "space"
    """Runs a Space that the person marked: what that does, nobody here knows."""


class Choice(TextChoices):
    ASK = "ask", "Ask me"
    ALLOW = "allow", "Just do it"
    NEVER = "never", "Never"


STRICTNESS = (Choice.ALLOW, Choice.ASK, Choice.NEVER)
"""From the laxest on."""


def is_laxer(choice: str, other: str) -> bool:
    return STRICTNESS.index(Choice(choice)) < STRICTNESS.index(Choice(other))


@dataclass(frozen=True)
class ApprovalChoices:
    """What a person wants to be asked about."""

    delete: Choice = Choice.ASK
    publish: Choice = Choice.ASK
    spend: Choice = Choice.ASK

    def about(self, kinds: Iterable[Kind]) -> Choice:
        """Return what holds for a call that does all of this: the strictest."""
        chosen = {self._about(kind) for kind in kinds}
        return next(
            (choice for choice in (Choice.NEVER, Choice.ASK) if choice in chosen), Choice.ALLOW
        )

    def forbidden(self, kinds: Iterable[Kind]) -> tuple[Kind, ...]:
        """Return those of a call's kinds that are never to be done."""
        return tuple(kind for kind in kinds if self._about(kind) is Choice.NEVER)

    def or_stricter(self, others: "ApprovalChoices") -> "ApprovalChoices":
        """Return the stricter of both for each kind."""
        return self._merged(others, max)

    def or_laxer(self, others: "ApprovalChoices") -> "ApprovalChoices":
        return self._merged(others, min)

    def _merged(self, others: "ApprovalChoices", pick: Callable[..., Choice]) -> "ApprovalChoices":
        names = [field.name for field in fields(self)]
        return ApprovalChoices(
            *(pick(getattr(self, n), getattr(others, n), key=STRICTNESS.index) for n in names)
        )

    def _about(self, kind: Kind) -> Choice:
        return Choice.ASK if kind is Kind.SPACE else getattr(self, kind)

    def as_words(self) -> dict[str, str]:
        return {field.name: str(getattr(self, field.name)) for field in fields(self)}

    def as_columns(self) -> dict[str, str]:
        """As tables and forms call them."""
        return {f"approve_{kind}": choice for kind, choice in self.as_words().items()}

    @property
    def version(self) -> str:
        """Tells one state of the form from another, for a page that is older than the last save."""
        return "-".join(self.as_words().values())


ALWAYS_ASK = ApprovalChoices()
JUST_DO_IT = ApprovalChoices(Choice.ALLOW, Choice.ALLOW, Choice.ALLOW)


def read_choices(words: Iterable[Any]) -> ApprovalChoices:
    """Read what as_words wrote, in the order of the fields; what is no choice is to be asked."""
    return ApprovalChoices(*(Choice(word) if word in Choice else Choice.ASK for word in words))
