"""Whose word is which. A word of one in an answer to another is a leak."""

from threading import Lock

import httpx
from django.urls import Resolver404, resolve

NOT_KEPT = ("no-store", "private")


class Leak(AssertionError):
    """Somebody was sent what belongs to somebody else."""


class Ledger:
    def __init__(self) -> None:
        self._lock = Lock()
        self._owners: dict[str, str] = {}
        self._told_to_admins: set[str] = set()
        self.visited: set[tuple[str, str]] = set()
        """Method and route of every request that was answered, but not with "wrong method"."""

    def note(self, owner: str, *words: str, told_to_admins: bool = False) -> None:
        """Remember words of a person; admins see those on their pages that they may."""
        with self._lock:
            self._owners.update(dict.fromkeys(words, owner))
            if told_to_admins:
                self._told_to_admins.update(words)

    def look_through(self, reader: str, response: httpx.Response, *, is_for_admins: bool) -> None:
        """Raise Leak for a word of somebody else, unless the reader said it in the request."""
        request = response.request
        body = response.read().decode("utf-8", "replace")
        heads = "\n".join(f"{name}: {value}" for name, value in response.headers.multi_items())
        said = f"{request.url}\n{request.read().decode('utf-8', 'replace')}"
        place = f"{request.method} {request.url.path}"
        self.look(reader, f"{heads}\n{body}", said=said, place=place, is_for_admins=is_for_admins)
        self._check_that_nobody_keeps(reader, response, body)
        if response.status_code != 405:
            self._note_visit(request)

    def look(
        self, reader: str, received: str, *, said: str = "", place: str, is_for_admins: bool = False
    ) -> None:
        for word, owner in self._words_of_others(reader):
            if word not in received or word in said:
                continue
            if not (is_for_admins and word in self._told_to_admins):
                raise Leak(f"{place} sent {reader!r} a word of {owner!r}: {word!r}")

    def _words_of_others(self, reader: str) -> list[tuple[str, str]]:
        with self._lock:
            return [(word, owner) for word, owner in self._owners.items() if owner != reader]

    def _check_that_nobody_keeps(self, reader: str, response: httpx.Response, body: str) -> None:
        with self._lock:
            own = [word for word, owner in self._owners.items() if owner == reader]
        if response.is_success and any(word in body for word in own):
            kept = response.headers.get("cache-control", "")
            assert any(word in kept for word in NOT_KEPT), f"{response.url.path}: {kept!r}"

    def _note_visit(self, request: httpx.Request) -> None:
        try:
            route = resolve(request.url.path).route
        except Resolver404:
            return
        with self._lock:
            self.visited.add((request.method, route))
