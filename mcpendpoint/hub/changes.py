"""Invalidates a caller's cached answers when they change something on the Hub."""

import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from itertools import count

MAX_KNOWN = 10_000
"""Digests of one length: 4 MB."""


class Changes:
    """The latest change of each caller, as a part of the keys of what that caller was told.

    After a change all keys are new: what was known, and what is being asked just now, is not found
    any more. No answer outlives the time in which thousands of others make changes.
    """

    def __init__(self) -> None:
        self._count = count(1)
        self._latest: OrderedDict[str, str] = OrderedDict()

    def note(self, digest: str) -> None:
        self._latest[digest] = str(next(self._count))
        self._latest.move_to_end(digest)
        if len(self._latest) > MAX_KNOWN:
            self._latest.popitem(last=False)

    def latest(self, digest: str) -> str:
        return self._latest.get(digest, "")


_SUBJECT = re.compile(r"/api/((?:models|datasets|spaces|buckets|collections)/[^/]+/[^/]+)")


Listener = Callable[[str], Awaitable[None]]
_listeners: list[Listener] = []


def listen(listener: Listener) -> None:
    """Let `listener` know what somebody changed through this process, as `subject_of` says it."""
    _listeners.append(listener)


async def tell(path: str) -> None:
    """Tell of a change by a request to this path of the Hub's API."""
    subject = subject_of(path)
    for listener in _listeners if subject else ():
        await listener(str(subject))


def subject_of(path: str) -> str | None:
    """Return what a path of the Hub's API is about, such as "models/acme/tiny", if it is known."""
    found = _SUBJECT.match(path)
    return found[1].lower() if found else None
