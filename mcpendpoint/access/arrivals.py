"""What clients do on their way to a connection, for people who wait for one at a page.

Nothing is noted of anybody who does not wait. Workers tell each other who waits and what came, so
each can show it; all is in memory, the latest of each stage for each person, and gone within
minutes. An attempt is shown to one person alone: to whose credential it came with, or else to the
owner of the address that it was made at, who cannot tell whose it is.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any
from urllib.parse import unquote

from django.conf import settings

from accounts.behind import start_task
from accounts.caching import BoundedCache, approximate_bytes
from accounts.connecting import Passed, Stage
from accounts.proxies import network_of
from mcpendpoint.access.who import CallerElsewhere, CallerMoved, CallerRefused, NotAdmitted
from mcpendpoint.protocol.messages import LIST_TOOLS
from mcpendpoint.protocol.records import Outcome, Reason, Record
from mcpendpoint.protocol.request_head import RequestHead
from mcpendpoint.push.bus import Bus, bus

WAITS, CAME = "waits for a client", "a client came"

WAIT_SECONDS = 330.0
"""A little longer than a page waits, so that who looks late still sees what came."""
RENEW_SECONDS = 200.0
EVERY_SECONDS = 1.0
"""So often the same is noted of one person: a flood at their address is one note a second."""
MAX_WAITING = 5_000
MAX_SEEN_BYTES = 8_000_000
MAX_FACT_CHARS = 120
SAME_NETWORK_SECONDS = 120.0

_CONNECTING = frozenset({"initialize", "server/discover", LIST_TOOLS})


@dataclass(frozen=True)
class Seen:
    at: float
    """As time.time() has it."""
    facts: Mapping[str, str]


@dataclass(frozen=True)
class _Wait:
    name: str
    until: float


Story = dict[Stage, Seen]


class Arrivals:
    def __init__(self, bus: Bus, clock: Callable[[], float] = time.time) -> None:
        self._bus = bus
        self._clock = clock
        self._waits: dict[int, _Wait] = {}
        self._by_name: dict[str, int] = {}
        self._told_at: dict[tuple[int, Stage], float] = {}
        self._seen: BoundedCache[int, Story] = BoundedCache(max_bytes=MAX_SEEN_BYTES, clock=clock)
        bus.on(WAITS, self._wait_here)
        bus.on(CAME, self._take)

    async def follow(self, user_id: int, name: str, since: float) -> Story:
        """Return what came of this person's clients since a moment, and note what comes from now
        on, for some minutes."""
        await self._wait_for(user_id, name)
        return self.seen(user_id, since)

    async def _wait_for(self, user_id: int, name: str) -> None:
        wait = self._waits.get(user_id)
        now = self._clock()
        if wait is None or wait.name != name.lower() or wait.until - now < RENEW_SECONDS:
            await self._bus.tell(WAITS, [user_id, name.lower(), now + WAIT_SECONDS])

    def seen(self, user_id: int, since: float) -> Story:
        story = self._seen.get(user_id) or {}
        return {stage: seen for stage, seen in story.items() if seen.at >= since}

    def note(self, record: Record) -> None:
        """A listener of records, on the event loop: as good as nothing while nobody waits."""
        if record.user_id is None or record.user_id not in self._waits:
            return
        stage = _stage_of(record)
        if stage is None:
            return
        facts = {"client": record.client_name, "version": record.client_version}
        if stage is Stage.LISTED:
            # A client need not say anything before it lists.
            self._say(record.user_id, Stage.CONNECTED, facts)
            facts["tools"] = str(record.listed)
        elif record.method == "tools/call":
            facts |= {"tool": record.tool, "outcome": record.outcome}
        self._say(record.user_id, stage, facts)

    def note_refused(self, head: RequestHead, refused: CallerRefused) -> None:
        """Note why the endpoint did not serve somebody."""
        if not self._waits:
            return
        match refused:
            case CallerMoved():
                self._say_of(refused.caller.user_id, Stage.MOVED, {"path": head.path})
            case CallerElsewhere():
                self._say_of(refused.caller.user_id, Stage.ADDRESS_OF_ANOTHER, {"path": head.path})
            case NotAdmitted():
                self._say_of(refused.caller.user_id, Stage.BLOCKED, {})
            case CallerRefused(status=401):
                stage = Stage.WRONG_KEY if refused.error else Stage.CHALLENGED
                network = {"network": _digest_of(head.client_address)}
                self._say_of(self._owner_of(head.path), stage, network)

    def note_at(self, name: str, stage: Stage, **facts: str) -> None:
        """Note what happened at the address of a person of this name."""
        if self._waits:
            self._say_of(self._by_name.get(name.lower()), stage, facts)

    async def hear(self, passed: Passed) -> None:
        """A listener of accounts.connecting."""
        if not self._waits:
            return
        user_id = passed.user_id
        if user_id is None:
            user_id = self._challenged_from(passed.address)
        self._say_of(user_id, passed.stage, passed.facts)

    def _challenged_from(self, address: str) -> int | None:
        """Return whose address a client from there was just at; None for nobody, and for several:
        then it is not known whose it is, and nobody is to see what is another's."""
        network, since = _digest_of(address), self._clock() - SAME_NETWORK_SECONDS
        found = [
            user_id
            for user_id in self._waits
            if (seen := self.seen(user_id, since).get(Stage.CHALLENGED))
            and seen.facts.get("network") == network
        ]
        return found[0] if len(found) == 1 else None

    def _owner_of(self, path: str) -> int | None:
        parts = path.split("/")
        is_personal = len(parts) > 3 and parts[1] == "u"
        return self._by_name.get(unquote(parts[2]).lower()) if is_personal else None

    def _say_of(self, user_id: int | None, stage: Stage, facts: Mapping[str, str]) -> None:
        if user_id is not None and user_id in self._waits:
            self._say(user_id, stage, facts)

    def _say(self, user_id: int, stage: Stage, facts: Mapping[str, str]) -> None:
        now = self._clock()
        if now - self._told_at.get((user_id, stage), 0.0) < EVERY_SECONDS:
            return
        self._told_at[user_id, stage] = now
        said = [user_id, stage, now, {name: _fact(value) for name, value in facts.items()}]
        self._take(said)
        start_task(self._bus.tell(CAME, said))

    def _take(self, said: Any) -> None:
        user_id, stage, at, facts = said
        if user_id not in self._waits:
            return
        story = {**(self._seen.get(user_id) or {}), Stage(stage): Seen(at, facts)}
        size = approximate_bytes({each: [seen.at, seen.facts] for each, seen in story.items()})
        self._seen.put(user_id, story, size_bytes=size, seconds=WAIT_SECONDS)

    def _wait_here(self, message: Any) -> None:
        user_id, name, until = message
        self._forget_ended()
        if len(self._waits) >= MAX_WAITING and user_id not in self._waits:
            return
        before = self._waits.pop(user_id, None)
        if before is not None:
            self._by_name.pop(before.name, None)
        self._waits[user_id] = _Wait(name, until)
        self._by_name[name] = user_id

    def _forget_ended(self) -> None:
        now = self._clock()
        for user_id in [each for each, wait in self._waits.items() if wait.until <= now]:
            self._by_name.pop(self._waits.pop(user_id).name, None)
            for stage in Stage:
                self._told_at.pop((user_id, stage), None)


def _stage_of(record: Record) -> Stage | None:
    if record.transport == "page":
        return None  # the person themselves
    if record.reason is Reason.SCOPE:
        return Stage.SCOPE_REFUSED
    if record.outcome is Outcome.LIMITED:
        return Stage.LIMITED
    if record.method == "tools/call":
        return Stage.CALLED
    if record.outcome is not Outcome.OK or record.method not in _CONNECTING:
        return None
    return Stage.LISTED if record.method == LIST_TOOLS else Stage.CONNECTED


def _fact(value: str) -> str:
    return "".join(each for each in value[:MAX_FACT_CHARS] if each.isprintable())


def _digest_of(address: str) -> str:
    """Tell networks apart without saying which they are."""
    key = settings.SECRET_KEY.encode()[:64]
    return blake2b(network_of(address).encode(), key=key, digest_size=8).hexdigest()


arrivals = Arrivals(bus)
"""What this process has seen and was told."""
