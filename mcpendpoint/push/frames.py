"""What is sent on a stream that stays open, as bytes of server-sent events."""

import random
from dataclasses import dataclass
from typing import Any, ClassVar

import orjson

from mcpendpoint.protocol.subscriptions import RESOURCE_UPDATED, Subscription, notification

ALIVE = b": keep-alive\r\n\r\n"

RETRY_MS = (5_000, 10_000)
"""When a client comes back after the end of a stream: most try twice, after this time and after
twice this time, and then never, so it is how long a restart may take. They do not all come at once.
"""

RETRY_CALL_MS = (3_000, 5_000)
"""The same for the stream of a call, whose client waits."""

PRIMED_SINCE = "2025-11-25"
"""Since then clients expect a first event without data; older ones may drop a server for it."""


@dataclass(frozen=True, slots=True)
class ListenFrames:
    """Of `subscriptions/listen` (2026-07-28): each names the subscription."""

    subscription: Subscription
    kind: ClassVar[str] = "subscription"

    def tells_of(self, method: str) -> bool:
        return self.subscription.tells_of(method)

    def first(self, list_id: str) -> bytes:
        return _event(self.subscription.acknowledgement())

    def notification(self, method: str, list_id: str) -> bytes:
        return _event(self.subscription.notification(method))

    def resource_updated(self, uri: str) -> bytes:
        return _event(self.subscription.notification(RESOURCE_UPDATED, uri=uri))

    def last(self) -> bytes:
        return _event(self.subscription.result())


@dataclass(frozen=True, slots=True)
class SessionFrames:
    """Of a session's GET stream. Event ids name the list that the client was told of."""

    protocol_version: str
    """As the request for the stream has it; bridges that say nothing can read no empty event."""
    kind: ClassVar[str] = "session"

    def tells_of(self, method: str) -> bool:
        return True

    def first(self, list_id: str) -> bytes:
        if self.protocol_version < PRIMED_SINCE:
            return retry_block(RETRY_MS)
        return primer(list_id, RETRY_MS)

    def notification(self, method: str, list_id: str) -> bytes:
        return _id(list_id) + _event(notification(method))

    def resource_updated(self, uri: str) -> bytes:
        return _event(notification(RESOURCE_UPDATED, {"uri": uri}))

    def last(self) -> bytes:
        return b""


@dataclass(frozen=True, slots=True)
class SseFrames:
    """Of HTTP+SSE (2024-11-05), which has no event ids."""

    address: str
    """Where the client is to send its messages."""
    tell_of_list: bool
    kind: ClassVar[str] = "sse"

    def tells_of(self, method: str) -> bool:
        return self.tell_of_list

    def first(self, list_id: str) -> bytes:
        return f"event: endpoint\r\ndata: {self.address}\r\n\r\n".encode()

    def notification(self, method: str, list_id: str) -> bytes:
        return _event(notification(method))

    def resource_updated(self, uri: str) -> bytes:
        return _event(notification(RESOURCE_UPDATED, {"uri": uri}))

    def last(self) -> bytes:
        return b""


Frames = ListenFrames | SessionFrames | SseFrames


def _id(event_id: str) -> bytes:
    return f"id: {event_id}\r\n".encode()


def _retry(retry_ms: tuple[int, int]) -> bytes:
    return b"retry: %d\r\n" % random.randint(*retry_ms)  # noqa: S311 - spreads load


def _event(message: dict[str, Any]) -> bytes:
    return message_event(orjson.dumps(message))


def ping_event(ping_id: str) -> bytes:
    return _event({"jsonrpc": "2.0", "id": ping_id, "method": "ping"})


def message_event(message: bytes, event_id: str = "") -> bytes:
    """Return the event of a message that is JSON already."""
    return (
        (_id(event_id) if event_id else b"") + b"event: message\r\ndata: " + message + b"\r\n\r\n"
    )


def retry_block(retry_ms: tuple[int, int]) -> bytes:
    return _retry(retry_ms) + b"\r\n"


def primer(event_id: str, retry_ms: tuple[int, int]) -> bytes:
    """Return what lets a client come back from the beginning on."""
    return _retry(retry_ms) + _id(event_id) + b"data:\r\n\r\n"
