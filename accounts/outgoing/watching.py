"""Tells of each request to another server, for who counts them."""

import logging
from collections.abc import Callable
from typing import NamedTuple

logger = logging.getLogger(__name__)


class Asked(NamedTuple):
    pool: str
    route: str
    """Of the Hub (accounts.outgoing.hub_routes); "" of other servers."""
    status: int
    """0 for no answer."""
    seconds: float
    """Until the answer began, with the wait for a place."""


Listener = Callable[[Asked], None]
_listeners: list[Listener] = []


def listen(listener: Listener) -> None:
    """Have a listener called on whichever event loop asks, where it only takes note."""
    _listeners.append(listener)


def tell(asked: Asked) -> None:
    for listener in _listeners:
        try:
            listener(asked)
        except Exception:
            # Counting must never cost anybody their answer.
            logger.exception("A listener of outgoing requests failed.")
