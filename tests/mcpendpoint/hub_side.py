"""The stand-in Hub as a test sees it: what it was asked, and how to make it misbehave."""

import itertools
from typing import Any

from tests import loopback

_numbers = itertools.count(1)


class HubSide:
    def __init__(self, url: str) -> None:
        self.url = url
        self.forget()
        self.heal()

    def asked(self, path: str = "") -> list[dict[str, Any]]:
        """Return the requests whose path matches, oldest first."""
        return loopback.shared.get(f"{self.url}/_log", params={"path": path}).json()

    def forget(self) -> None:
        loopback.shared.delete(f"{self.url}/_log")

    def break_at(self, path: str, **fault: Any) -> None:
        loopback.shared.post(f"{self.url}/_faults", json={"path": path, **fault}).raise_for_status()

    def heal(self) -> None:
        loopback.shared.delete(f"{self.url}/_faults")


def fresh_token() -> str:
    """Return a valid token of a user that no other test has."""
    return f"hf_user_visitor-{next(_numbers)}"
