"""The logs of the calls that run, or ran, in this process; and who reads them."""

import asyncio
import secrets
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings

from mcpendpoint.protocol.messages import RequestId
from mcpendpoint.protocol.sessions import Session
from mcpendpoint.push.bus import Bus, bus
from mcpendpoint.push.calls.copies import CallCopies
from mcpendpoint.push.calls.ids import CallRef, beginning_of
from mcpendpoint.push.calls.log import CallLog
from mcpendpoint.push.stream import Origin

KEPT_SECONDS = 180.0
"""After the answer: a client that lost its connection comes back within seconds, or never."""

MAX_BYTES = 64_000_000
MAX_BYTES_OF_OWNER = 8_000_000
MAX_OPEN_OF_OWNER = 20
MAX_LOGS = 5_000

TOPIC = "call resumed"

Quieten = Callable[[], None]


@dataclass
class _Owned:
    logs: dict[CallLog, None] = field(default_factory=dict)
    """The oldest first."""
    size: int = 0

    @property
    def open(self) -> int:
        return sum(not log.is_over for log in self.logs)


class CallLogs:
    def __init__(self, bus: Bus, copies: CallCopies) -> None:
        self._bus = bus
        self._copies = copies
        self._logs: dict[str, CallLog] = {}
        self._owned: dict[Hashable, _Owned] = {}
        self._size = 0
        self._readers: dict[str, dict[str, tuple[float, Quieten]]] = {}
        self._listeners: list[Callable[[Origin], None]] = []
        bus.on(TOPIC, self._quieten)

    def open(self, session: Session, request_id: RequestId, owner: Hashable) -> CallLog | None:
        """Begin to keep what a call says; None where too many do so already."""
        owned = self._owned.get(owner)
        if (owned and owned.open >= MAX_OPEN_OF_OWNER) or not self._has_room():
            return None
        ref = CallRef(self._bus.name, secrets.token_hex(8), request_id)
        log = CallLog(beginning_of(ref, session), owner, self._note)
        self._logs[ref.number] = log
        self._owned.setdefault(owner, _Owned()).logs[log] = None
        self._copies.add(log)
        return log

    def listen(self, listener: Callable[[Origin], None]) -> None:
        """Let `listener` know whose calls are resumed; it must only take note."""
        self._listeners.append(listener)

    def note_resumed(self, origin: Origin) -> None:
        for listener in self._listeners:
            listener(origin)

    def find(self, ref: CallRef) -> CallLog | None:
        return self._logs.get(ref.number)

    def is_of_this_process(self, ref: CallRef) -> bool:
        return ref.worker == self._bus.name

    async def begin_to_read(self, ref: CallRef, reader: str, quieten: Quieten) -> None:
        """Quieten whoever else reads this call's stream, at any worker; `quieten` when others do.

        A message goes out on one stream only (2025-11-25, Streamable HTTP, Multiple Connections):
        the newest is the one that the client still has.
        """
        began_at = self.note_reader(ref, reader, quieten)
        await self._bus.tell(TOPIC, [ref.number, began_at])

    def note_reader(self, ref: CallRef, reader: str, quieten: Quieten) -> float:
        began_at = time.time()
        self._readers.setdefault(ref.number, {})[reader] = (began_at, quieten)
        return began_at

    def forget_reader(self, ref: CallRef, reader: str) -> None:
        readers = self._readers.get(ref.number, {})
        readers.pop(reader, None)
        if not readers:
            self._readers.pop(ref.number, None)

    def _quieten(self, message: Any) -> None:
        number, newest = message
        for began_at, quieten in self._readers.get(number, {}).values():
            if began_at < newest:
                quieten()

    def _has_room(self) -> bool:
        if len(self._logs) >= MAX_LOGS and (oldest := next(iter(self._logs.values()))).is_over:
            self._forget(oldest)
        return len(self._logs) < MAX_LOGS

    def _note(self, log: CallLog, difference: int) -> None:
        owned = self._owned[log.owner]
        owned.size += difference
        self._size += difference
        while owned.size > MAX_BYTES_OF_OWNER:
            self._forget(next(iter(owned.logs)))
        while self._size > MAX_BYTES:
            self._forget(next(iter(self._logs.values())))
        self._copies.note(log)
        if log.is_over:
            asyncio.get_running_loop().call_later(KEPT_SECONDS, self._forget, log)

    def _forget(self, log: CallLog) -> None:
        if self._logs.pop(log.ref.number, None) is None:
            return
        owned = self._owned[log.owner]
        owned.size -= log.size
        self._size -= log.size
        del owned.logs[log]
        if not owned.logs:
            del self._owned[log.owner]
        log.drop()
        self._copies.forget(log)


call_copies = CallCopies(settings.REDIS_URL, bus)
call_logs = CallLogs(bus, call_copies)
"""The ones of this process."""
