"""Lifetime of calls: who may cancel one, and how long it runs after its client disconnected.

From 2026-07-28 on a client cancels by leaving. Before that, leaving says nothing: a call is
cancelled by `notifications/cancelled`, which comes in a request of its own, and with its session.
In a session of 2025-11-25 a client that was cut off comes back for the answer
(mcpendpoint.push.calls).
"""

import asyncio
from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.conf import settings

from accounts.proxies import network_of
from mcpendpoint.access.who import Caller
from mcpendpoint.protocol.kernel import Peer
from mcpendpoint.protocol.messages import RequestId
from mcpendpoint.protocol.request_head import RequestHead
from mcpendpoint.push.ended_sessions import ended_sessions

ABANDONED_SECONDS = 60.0
"""Nobody can read its answer any more, but what it changes may be half done."""

MAX_ABANDONED = 100
MAX_ABANDONED_PER_CALLER = 8

Task = asyncio.Task[Any]


class CallKey(NamedTuple):
    """Identifies a request by its session, which is of one caller, and its id."""

    session: str
    request_id: RequestId


def key_of(request_id: RequestId | None, peer: Peer) -> CallKey | None:
    """Return None for what cannot be cancelled by its id: that would name others' requests too.

    Ids are unique in a session only, so it has to be one that we began.
    """
    if request_id is None or peer.session is None:
        return None
    return CallKey(peer.session.number, request_id)


def _person(caller: Caller) -> Hashable:
    return (caller.credential, caller.user_id, caller.username, caller.client_id)


class OpenCalls:
    """Those that this process is answering."""

    def __init__(self) -> None:
        self._sessions: dict[str, dict[RequestId, Task]] = {}

    def add(self, key: CallKey, task: Task) -> None:
        self._sessions.setdefault(key.session, {})[key.request_id] = task
        task.add_done_callback(lambda _: self._drop(key, task))

    def cancel(self, key: CallKey) -> None:
        """End a call. One that has ended or never was is none: clients cancel late."""
        task = self._sessions.get(key.session, {}).get(key.request_id)
        if task is not None:
            task.cancel()

    def end_session(self, number: str) -> None:
        for task in self._sessions.get(number, {}).values():
            task.cancel()

    def __len__(self) -> int:
        return sum(map(len, self._sessions.values()))

    def _drop(self, key: CallKey, task: Task) -> None:
        of_session = self._sessions.get(key.session, {})
        if of_session.get(key.request_id) is task:
            del of_session[key.request_id]
            if not of_session:
                del self._sessions[key.session]


class AbandonedCalls:
    """Those whose client has left without cancelling: each goes on for a while, but not many."""

    def __init__(self) -> None:
        self._owners: dict[Task, Hashable] = {}
        self._counts: Counter[Hashable] = Counter()

    def adopt(self, task: Task, owner: Hashable) -> None:
        if task.done() or task in self._owners:
            return
        self._owners[task] = owner
        self._counts[owner] += 1
        timer = asyncio.get_running_loop().call_later(ABANDONED_SECONDS, task.cancel)
        task.add_done_callback(lambda done: self._drop(done, timer))
        if self._counts[owner] > MAX_ABANDONED_PER_CALLER:
            next(task for task, who in self._owners.items() if who == owner).cancel()
        elif len(self._owners) > MAX_ABANDONED:
            next(iter(self._owners)).cancel()

    def __len__(self) -> int:
        return len(self._owners)

    def _drop(self, task: Task, timer: asyncio.TimerHandle) -> None:
        timer.cancel()
        owner = self._owners.pop(task)
        self._counts[owner] -= 1
        self._counts += Counter()  # forgets who has none


open_calls = OpenCalls()
abandoned_calls = AbandonedCalls()
ended_sessions.listen(open_calls.end_session)


@dataclass(frozen=True)
class Lifetime:
    """Of one call."""

    ends_with_client: bool
    key: CallKey | None
    owner: Hashable

    @classmethod
    def of(
        cls, request_id: RequestId | None, head: RequestHead, peer: Peer, caller: Caller
    ) -> "Lifetime":
        key = None if peer.is_modern else key_of(request_id, peer)
        network = None if caller.is_signed_in else network_of(head.client_address)
        return cls(peer.is_modern, key, (_person(caller), network))

    def begin(self, task: Task) -> None:
        if self.key is not None:
            open_calls.add(self.key, task)

    def client_left(self, task: Task, *, may_come_back: bool = False) -> None:
        """`may_come_back` says that what the call says is kept for its client."""
        if self.ends_with_client:
            task.cancel()
        elif may_come_back:
            _end_at_deadline(task)
        else:
            abandoned_calls.adopt(task, self.owner)


def _end_at_deadline(task: Task) -> None:
    """As a handler does by itself; this is for what handlers do not count."""
    seconds = settings.MCP_CALL_TIMEOUT_SECONDS
    timer = asyncio.get_running_loop().call_later(seconds, task.cancel)
    task.add_done_callback(lambda _: timer.cancel())
