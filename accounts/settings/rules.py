"""What holds before a tool does what no other call takes back, told on its row. Pure: no I/O."""

from collections.abc import Iterable
from dataclasses import dataclass

from accounts.consequences import ApprovalChoices, Choice, Kind

SAID = {
    Choice.ASK: "You are asked first",
    Choice.ALLOW: "Done at once",
    Choice.NEVER: "Never done",
}
WORDS = {
    Kind.DELETE: "deleting and overwriting",
    Kind.PUBLISH: "publishing",
    Kind.SPEND: "spending",
    Kind.SPACE: "running a Space",
}


@dataclass(frozen=True)
class RuleOfKind:
    words: str
    question: str
    """The id of the question on the page Approvals; "" where nobody can choose."""


@dataclass(frozen=True)
class Rule:
    """What a person chose about some kinds of what a tool does."""

    said: str
    kinds: tuple[RuleOfKind, ...]


def rules_of(kinds: Iterable[Kind], choices: ApprovalChoices) -> tuple[Rule, ...]:
    """Return what `choices` mean for all that a tool can do, what is ruled out first."""
    by_choice: dict[Choice, list[RuleOfKind]] = {}
    for kind in sorted(kinds, key=list(Kind).index):
        question = "" if kind is Kind.SPACE else f"approve_{kind}-title"
        by_choice.setdefault(choices.about([kind]), []).append(RuleOfKind(WORDS[kind], question))
    order = (Choice.NEVER, Choice.ASK, Choice.ALLOW)
    return tuple(Rule(SAID[each], tuple(by_choice[each])) for each in order if each in by_choice)
