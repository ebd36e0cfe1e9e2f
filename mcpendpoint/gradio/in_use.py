"""Tells whoever wants to know which Spaces are listed: a program of one person has nobody."""

from collections.abc import Callable, Iterable

Listener = Callable[[Iterable[str]], None]

_listeners: list[Listener] = []


def listen(listener: Listener) -> None:
    if listener not in _listeners:
        _listeners.append(listener)


def note_listed(space_ids: Iterable[str]) -> None:
    for listener in _listeners:
        listener(space_ids)
