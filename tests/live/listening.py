"""A client that only listens: to a session's GET stream, or to `subscriptions/listen`."""

import queue
import socket
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson

from tests import loopback
from tests.mcpendpoint.wire import BOTH, LEGACY, Wire, initialize, modern, modern_headers

END = "the stream has ended"
CUT = "the stream was cut"
PATIENCE_SECONDS = 10


@dataclass
class Listener:
    """Reads a stream in a thread of its own."""

    status: int = 0
    first_lines: list[str] = field(default_factory=list)
    """Of the first block: what a stream begins with."""
    last_event_id: str = ""
    _heard: "queue.Queue[tuple[float, Any]]" = field(default_factory=queue.Queue)
    _socket: socket.socket | None = None
    _client: httpx.Client = field(default_factory=lambda: loopback.client(timeout=None))

    def open(self, method: str, url: str, **options: Any) -> "Listener":
        started: queue.Queue[None] = queue.Queue()
        threading.Thread(
            target=self._read, args=(method, url, options, started), daemon=True
        ).start()
        started.get(timeout=PATIENCE_SECONDS)
        return self

    def next(self, seconds: float = PATIENCE_SECONDS) -> Any:
        """Return the next message, END or CUT. Raises queue.Empty."""
        return self._heard.get(timeout=seconds)[1]

    def close(self) -> None:
        """Leave, as a client does whose program ends."""
        with suppress(OSError):
            if self._socket is not None:
                self._socket.shutdown(socket.SHUT_RDWR)

    def _read(
        self, method: str, url: str, options: dict[str, Any], started: "queue.Queue[None]"
    ) -> None:
        end = END
        try:
            with self._client.stream(method, url, **options) as response:
                self.status = response.status_code
                stream = response.extensions["network_stream"]
                self._socket = stream.get_extra_info("socket")
                block: list[str] = []
                for line in response.iter_lines():
                    if line:
                        block.append(line)
                        continue
                    self._take(block, started)
                    block = []
        except (httpx.HTTPError, RuntimeError):
            end = CUT
        started.put(None)
        self._heard.put((time.monotonic(), end))

    def _take(self, block: list[str], started: "queue.Queue[None]") -> None:
        fields = dict(line.split(":", 1) for line in block)
        if "id" in fields:
            self.last_event_id = fields["id"].strip()
        if not self.first_lines:
            self.first_lines = block
            started.put(None)
        data = fields.get("data", "").strip()
        if data and fields.get("event", " message") == " message":
            self._heard.put((time.monotonic(), orjson.loads(data)))


def listen(
    url: str, token: str | None = None, request_id: Any = "listen:0", **filters: Any
) -> Listener:
    """Open `subscriptions/listen`, by default for changes of the list of tools."""
    body = modern(
        "subscriptions/listen", {"notifications": filters or {"toolsListChanged": True}}, request_id
    )
    headers = {**_credential(token), **modern_headers(body), "Content-Type": "application/json"}
    return Listener().open("POST", url, content=orjson.dumps(body), headers=headers)


def begin_session(
    url: str, token: str | None = None, version: str = LEGACY, declares: Any = None
) -> dict[str, str]:
    """Initialize, and return the headers of the session's further requests."""
    body = initialize(version)
    body["params"]["capabilities"] = declares or {}
    answer = Wire(url, token).post(body, {"Accept": BOTH})
    return {
        "Mcp-Session-Id": answer.headers["Mcp-Session-Id"],
        "MCP-Protocol-Version": version,
        **_credential(token),
    }


def get_stream(url: str, session: dict[str, str], **headers: str) -> Listener:
    return Listener().open(
        "GET", url, headers={"Accept": "text/event-stream", **session, **headers}
    )


def _credential(token: str | None) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} if token else {}
