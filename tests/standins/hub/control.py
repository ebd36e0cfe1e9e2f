"""What a test does with the stand-in Hub beside asking it: spoil its answers, read its log."""

from dataclasses import dataclass
from typing import Any

import httpx

from tests import loopback
from tests.standins.hub.journal import digest


@dataclass(frozen=True)
class HubControl:
    url: str

    def misbehave(self, path: str, **fault: Any) -> None:
        """Add a fault for requests that `path`, a regular expression, is found in (faults.py)."""
        self._send("POST", "/_faults", json={"path": path, **fault})

    def behave(self) -> None:
        self._send("DELETE", "/_faults")

    def requests(self, path: str = "", *, token: str | None = None) -> list[dict[str, Any]]:
        """Return what was asked since `forget_requests`, of that path and with that token."""
        entries: list[dict[str, Any]] = self._send("GET", "/_log", params={"path": path}).json()
        if token is None:
            return entries
        return [entry for entry in entries if entry["token"] == digest(token)]

    def forget_requests(self) -> None:
        self._send("DELETE", "/_log")

    def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        url = self.url + path
        return loopback.shared.request(method, url, **options).raise_for_status()
