"""Rules in words, and those that are offered. Pure but for the models."""

from collections.abc import Iterable, Sequence

from dashboard.alerts.figures import Reading
from dashboard.alerts.models import Rule
from dashboard.formats import count
from dashboard.shown_lists import reason_in_words
from mcpendpoint.protocol.records import Reason

Figure = Rule.Figure
Window = Rule.Window

MAX_RULES = 50

_NAMES = {
    Figure.REQUESTS: "requests a minute",
    Figure.ERROR_RATE: "% of requests are errors",
    Figure.P95: "ms for the slowest twentieth of tool calls",
    Figure.LIMITED: "requests over a limit",
    Figure.WRONG_CREDENTIALS: "wrong credentials",
    Figure.OPEN_STREAMS: "open streams",
    Figure.SPACE: "% of a Space's calls fail",
}


def defaults() -> list[Rule]:
    """Return the rules that every server can begin with."""
    quarter = Window.FIFTEEN_MINUTES
    return [
        Rule(figure=Figure.ERROR_RATE, threshold=20, window_minutes=quarter, least=50),
        Rule(
            figure=Figure.ERRORS, reason=Reason.OUR_FAULT.value, threshold=0, window_minutes=quarter
        ),
        Rule(figure=Figure.WRONG_CREDENTIALS, threshold=100, window_minutes=Window.FIVE_MINUTES),
        Rule(figure=Figure.SPACE, threshold=50, window_minutes=quarter, least=5),
    ]


def is_same(one: Rule, other: Rule) -> bool:
    """Whether two rules are about the same, whatever their thresholds are."""
    return (one.figure, one.reason) == (other.figure, other.reason)


def title(rule: Rule) -> str:
    """Say what a rule is about: "More than 20 % of requests are errors, in 15 minutes"."""
    return f"More than {_amount(rule, rule.threshold)}{_in_window(rule)}"


def told(rule: Rule, value: float) -> str:
    return f"{_amount(rule, value)}{_in_window(rule)}"


def _amount(rule: Rule, value: float) -> str:
    number = count(value)
    if rule.figure == Figure.ERRORS:
        return f"{number} × “{reason_in_words(rule.reason)}”"
    return f"{number} {_NAMES[Figure(rule.figure)]}"


def _in_window(rule: Rule) -> str:
    if rule.figure == Figure.OPEN_STREAMS:
        return ""
    if rule.window_minutes == Window.HOUR:
        return " in an hour"
    return f" in {Window(rule.window_minutes).label}"


def named(subjects: Sequence[str]) -> str:
    """Name the first of these Spaces, and say how many others there are."""
    return subjects[0] if len(subjects) == 1 else f"{subjects[0]} and {len(subjects) - 1} more"


def firing(rule: Rule, readings: Iterable[Reading]) -> list[Reading]:
    return [each for each in readings if each.value > rule.threshold and each.of >= rule.least]
