"""Adds records up by minute, with a bound on how many different things are told apart. Pure: the
clock is the records' own.

Names come from clients, so they are hostile: cut, stripped of control characters, and past a limit
a minute counted as "other". What a private Space's tools are called is nobody's business here.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, cast

from dashboard.histogram import bucket_of
from mcpendpoint.protocol.records import Record

OTHER = "other"
MAX_NAME_CHARACTERS = 120
MAX_METHODS_A_MINUTE = 60
MAX_TOOLS_A_MINUTE = 300
MAX_CLIENTS_A_MINUTE = 100
MAX_VERSIONS_A_MINUTE = 20
MAX_CELLS = 5_000
"""Of five names of 120 characters and a histogram each: 30 MB at worst."""

PRIVATE_SPACE = "private"
_SLOT_PREFIX = re.compile(r"^(?:grp?\d+|grx[0-9a-f]{4})_")


class Dimensions(NamedTuple):
    """What is told apart within a minute."""

    method: str
    tool: str
    space_id: str
    client_name: str
    client_version: str
    era: str
    protocol_version: str
    transport: str
    credential: str
    outcome: str
    limit: str


class CellKey(NamedTuple):
    minute: int
    """Its first second, as seconds since the epoch."""
    dimensions: Dimensions


@dataclass(slots=True)
class Cell:
    first_at: datetime
    last_at: datetime
    count: int = 0
    duration_ms: float = 0.0
    notifications_sent: int = 0
    latencies: dict[int, int] = field(default_factory=dict)

    def merge(self, other: "Cell") -> None:
        self.first_at = min(self.first_at, other.first_at)
        self.last_at = max(self.last_at, other.last_at)
        self.count += other.count
        self.duration_ms += other.duration_ms
        self.notifications_sent += other.notifications_sent
        for bucket, count in other.latencies.items():
            self.latencies[bucket] = self.latencies.get(bucket, 0) + count


class Vocabulary:
    """The names of one kind that are told apart in the current minute."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._minute = 0
        self._names: set[tuple[str, ...]] = set()

    def admits(self, minute: int, *name: str) -> bool:
        if minute > self._minute:
            self._minute = minute
            self._names.clear()
        if name in self._names:
            return True
        if len(self._names) >= self._limit:
            return False
        self._names.add(name)
        return True


class Limits:
    """What a process has told apart in this minute; outlives the tallies it hands on."""

    def __init__(self) -> None:
        self._methods = Vocabulary(MAX_METHODS_A_MINUTE)
        self._tools = Vocabulary(MAX_TOOLS_A_MINUTE)
        self._clients = Vocabulary(MAX_CLIENTS_A_MINUTE)
        self._versions = Vocabulary(MAX_VERSIONS_A_MINUTE)

    def apply(self, minute: int, raw: Dimensions) -> Dimensions:
        clean = _clean(raw)
        if not self._methods.admits(minute, clean.method):
            clean = clean._replace(method=OTHER)
        if clean.tool and not self._tools.admits(minute, clean.tool, clean.space_id):
            clean = clean._replace(tool=OTHER, space_id="")
        if not self._clients.admits(minute, clean.client_name, clean.client_version):
            clean = clean._replace(client_name=OTHER, client_version="")
        if not self._versions.admits(minute, clean.protocol_version):
            clean = clean._replace(protocol_version=OTHER)
        return clean


class Tally:
    """Counts that were not stored yet."""

    def __init__(self, limits: Limits) -> None:
        self.cells: dict[CellKey, Cell] = {}
        self._limits = limits

    def add(self, record: Record) -> None:
        """Count one record. Runs on the event loop for each message: a few microseconds."""
        at = record.at
        # Plain tuples, which equal the named ones and take half the time to make.
        dimensions = (
            record.method,
            record.tool,
            record.space_id,
            record.client_name,
            record.client_version,
            record.era,
            record.protocol_version,
            record.transport,
            record.credential,
            record.outcome,
            record.limit,
        )
        minute = int(at.timestamp()) // 60 * 60
        cell = self.cells.get(cast(CellKey, (minute, dimensions)))
        if cell is None:
            cell = self._open(minute, Dimensions(*dimensions), at)
        cell.count += 1
        cell.duration_ms += record.duration_ms
        cell.notifications_sent += record.notifications_sent
        if at > cell.last_at:
            cell.last_at = at
        if record.limit:
            return  # no answer, so it took no time to make one
        bucket = bucket_of(record.duration_ms)
        cell.latencies[bucket] = cell.latencies.get(bucket, 0) + 1

    def merge(self, other: "Tally") -> None:
        """Take what another could not store."""
        for key, cell in other.cells.items():
            mine = self.cells.get(key)
            if mine is not None:
                mine.merge(cell)
            elif len(self.cells) < MAX_CELLS:
                self.cells[key] = cell
            else:
                rest = CellKey(key.minute, _anything(key.dimensions))
                self.cells.setdefault(rest, Cell(cell.first_at, cell.last_at)).merge(cell)

    def forget_before(self, at: datetime) -> int:
        """Drop what is older, and return how many messages that were."""
        old = [key for key in self.cells if key.minute < at.timestamp()]
        return sum(self.cells.pop(key).count for key in old)

    def __len__(self) -> int:
        return sum(cell.count for cell in self.cells.values())

    def _open(self, minute: int, raw: Dimensions, at: datetime) -> Cell:
        key = CellKey(minute, self._limits.apply(minute, raw))
        if len(self.cells) >= MAX_CELLS and key not in self.cells:
            key = CellKey(minute, _anything(key.dimensions))
        return self.cells.setdefault(key, Cell(at, at))


def _anything(dimensions: Dimensions) -> Dimensions:
    """Keep only what has few values, when there is no room for more."""
    return Dimensions(
        OTHER,
        "",
        "",
        OTHER,
        "",
        "",
        "",
        "",
        dimensions.credential,
        dimensions.outcome,
        dimensions.limit,
    )


def _clean(raw: Dimensions) -> Dimensions:
    names: Iterable[str] = (_clean_name(value) for value in raw)
    clean = Dimensions(*names)
    if clean.space_id == PRIVATE_SPACE:
        return clean._replace(tool="private tool")
    if clean.space_id:
        # The slot is the user's own numbering; the Space's tool is the same for everybody.
        return clean._replace(tool=_SLOT_PREFIX.sub("", clean.tool))
    return clean


def _clean_name(value: str) -> str:
    shown = value[:MAX_NAME_CHARACTERS]
    if shown.isprintable():
        return str(shown.strip())
    return "".join(character for character in shown if character.isprintable()).strip()
