"""Budgets: how many outgoing requests one incoming request may cause, and who pays for them.

A context variable, as in `callers`: whoever starts a load that others share pays for it, and what
is remembered costs nothing.
"""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass

from accounts.buckets import retry_after
from accounts.outgoing.errors import Busy, Share

MAX_QUESTIONS = 500
"""A call that waits for a machine asks twice a second for some minutes. A batch gets no more."""

RETRY_AFTER_SECONDS = 60
"""Longer than anybody waits for a second try within the same request, which would be in vain."""


@dataclass
class Budget:
    """Of one HTTP request."""

    prepaid: int
    """So many questions were paid for when the request came in, one for each call."""
    seconds_to_wait: Callable[[], float]
    """Until the caller's bucket has tokens again; 0 if it has some."""
    pay: Callable[[], None]
    asked: int = 0
    was_refused: bool = False

    def take(self) -> None:
        """Count a question. Raises Busy."""
        if self.asked >= MAX_QUESTIONS:
            raise Busy(Share.REQUEST, RETRY_AFTER_SECONDS)
        if not self.prepaid and not self.asked and (seconds := self.seconds_to_wait()):
            self.was_refused = True
            raise Busy(Share.REQUEST, retry_after(seconds))
        self.asked += 1
        if self.asked > self.prepaid:
            self.pay()


_budget: ContextVar[Budget | None] = ContextVar("outgoing_budget", default=None)


def open_budget(budget: Budget) -> None:
    """Let what this task asks from now on count for one request."""
    _budget.set(budget)


def current_budget() -> Budget | None:
    """Return None for what this server asks by itself."""
    return _budget.get()


def take_from_budget() -> None:
    """Count a question that this task asks. Raises Busy."""
    budget = _budget.get()
    if budget is not None:
        budget.take()
