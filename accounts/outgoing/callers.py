"""On whose behalf this task asks other servers.

A context variable, so that no call on the way can forget to pass it on; tasks that are started
inherit it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from accounts.proxies import network_of

_caller: ContextVar[str] = ContextVar("outgoing_caller", default="")


def current_caller() -> str:
    """Return a key of the caller, "" for this server itself."""
    return _caller.get()


def current_account() -> int | None:
    """Return the id of the caller's account here, None for who has none."""
    kind, _, who = _caller.get().partition(" ")
    return int(who) if kind == "person" and who.isdecimal() else None


def note_address(address: str) -> None:
    """Let what this task asks count for a network until it is known who the caller is."""
    _caller.set(f"network {network_of(address)}")


def note_person(person: str) -> None:
    """Let what this task asks count for a person, whatever network they use."""
    _caller.set(f"person {person}")


@contextmanager
def acting_for(caller: str) -> Iterator[None]:
    token = _caller.set(caller)
    try:
        yield
    finally:
        _caller.reset(token)
