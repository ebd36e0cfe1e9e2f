"""What is found, and how it is told. Nothing secret may be in a text: no value of a setting that
holds a password or key, and no text of an exception."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from accounts.outgoing.errors import OutgoingError


class Level(StrEnum):
    OK = "ok"
    WARNING = "warning"
    FAILURE = "failure"


@dataclass(frozen=True)
class Finding:
    topic: str
    level: Level
    text: str
    remedy: str = ""


Found = tuple[Level, str, str]
"""Level, text, remedy."""
Check = Callable[[], Iterable[Found]]


def ok(text: str) -> Found:
    return Level.OK, text, ""


def warning(text: str, remedy: str) -> Found:
    return Level.WARNING, text, remedy


def failure(text: str, remedy: str) -> Found:
    return Level.FAILURE, text, remedy


def examine(topic: str, check: Check) -> Iterator[Finding]:
    """Run a check; one that breaks off is a failure, and stops no other."""
    try:
        for level, text, remedy in check():
            yield Finding(topic, level, text, remedy)
    except Exception as error:
        # Whatever it is, an operator is better served by the other checks than by a traceback.
        text = f"The check broke off: {reason(error)}."
        yield Finding(topic, Level.FAILURE, text, "Look at the log of what it asked.")


def reason(error: BaseException) -> str:
    """Return what may be told of an exception: of our own making the text, else its type."""
    return str(error).rstrip(".") if isinstance(error, OutgoingError) else type(error).__name__
