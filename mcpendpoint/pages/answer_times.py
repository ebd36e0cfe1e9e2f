"""After how long a call of a Space answers in any case: what people may choose. Pure: no I/O."""

from dataclasses import dataclass


@dataclass(frozen=True)
class AnswerTime:
    seconds: int | None
    """None for as long as the client seems to wait."""
    label: str

    @property
    def word(self) -> str:
        return str(self.seconds or "")


ANSWER_TIMES = (
    AnswerTime(None, "Answer when it is done"),
    AnswerTime(25, "Answer after 25 seconds at most"),
    AnswerTime(50, "Answer after 50 seconds at most"),
    AnswerTime(110, "Answer after 2 minutes at most"),
    AnswerTime(290, "Answer after 5 minutes at most"),
)


def answer_time(word: str) -> AnswerTime | None:
    return next((time for time in ANSWER_TIMES if time.word == word), None)
