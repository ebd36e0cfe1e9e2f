"""Adds records up by minute, with a bound on how many different things are told apart. Pure: the
clock is the records' own.

Names come from clients, so they are hostile: cut, stripped of control characters, and past a limit
an hour counted as "other". What a private Space's tools are called is nobody's business here.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, cast

from dashboard.histogram import bucket_of
from dashboard.vocabulary import Caller, Shares, Vocabulary
from mcpendpoint.protocol.records import KNOWN_METHODS, KNOWN_VERSIONS, REFUSED, Record

OTHER = "other"
MAX_NAME_CHARACTERS = 120
CLIENTS = Shares(strangers=100, tokens=100, people=300, person=20)
TOOLS_OF_SPACES = Shares(strangers=300, tokens=300, people=900, person=150)
UNKNOWN_METHODS = Shares(strangers=20, tokens=20, people=20, person=5)
UNKNOWN_VERSIONS = Shares(strangers=5, tokens=5, people=5, person=2)
"""How many names of each kind are told apart in an hour."""

KINDS = Shares(strangers=1_000, tokens=1_000, people=5_000, person=500)
"""How many combinations of all dimensions are: each is three rows."""

MAX_CELLS = 5_000
"""Of five names of 120 characters and a histogram each: 30 MB at worst."""

PRIVATE_SPACE = "private"
ANONYMOUS = "anonymous"
WITHOUT_CREDENTIAL = ("", ANONYMOUS, REFUSED)
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


class Limits:
    """What a process has told apart in this hour; outlives the tallies it hands on."""

    def __init__(self) -> None:
        self._methods = Vocabulary(UNKNOWN_METHODS)
        self._versions = Vocabulary(UNKNOWN_VERSIONS)
        self._tools = Vocabulary(TOOLS_OF_SPACES)
        self._clients = Vocabulary(CLIENTS)
        self._kinds = Vocabulary(KINDS)

    def apply(self, minute: int, caller: Caller, raw: Dimensions) -> Dimensions:
        clean = _clean(raw)
        client = (clean.client_name, clean.client_version)
        if not self._clients.admits(minute, caller, *client):
            clean = clean._replace(client_name=OTHER, client_version="")
        method, version = clean.method, clean.protocol_version
        if method not in KNOWN_METHODS and not self._methods.admits(minute, caller, method):
            clean = clean._replace(method=OTHER)
        if version not in KNOWN_VERSIONS and not self._versions.admits(minute, caller, version):
            clean = clean._replace(protocol_version=OTHER)
        # Our own tools are as many as we have.
        if clean.space_id and not self._tools.admits(minute, caller, clean.tool, clean.space_id):
            clean = clean._replace(tool=clean.tool and OTHER, space_id="")
        if not self._kinds.admits(minute, caller, *clean):
            return clean._replace(client_name=OTHER, client_version="", protocol_version=OTHER)
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
            cell = self._open(minute, Dimensions(*dimensions), record)
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
        """Add another tally, which could not be stored."""
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

    def _open(self, minute: int, raw: Dimensions, record: Record) -> Cell:
        caller = Caller(record.user_id, record.credential not in WITHOUT_CREDENTIAL)
        key = CellKey(minute, self._limits.apply(minute, caller, raw))
        if len(self.cells) >= MAX_CELLS and key not in self.cells:
            key = CellKey(minute, _anything(key.dimensions))
        return self.cells.setdefault(key, Cell(record.at, record.at))


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
        return clean._replace(tool=clean.tool and "private tool")
    if clean.space_id:
        # The slot is the user's own numbering; the Space's tool is the same for everybody.
        return clean._replace(tool=_SLOT_PREFIX.sub("", clean.tool))
    return clean


def _clean_name(value: str) -> str:
    shown = value[:MAX_NAME_CHARACTERS]
    if shown.isprintable():
        return str(shown.strip())
    return "".join(character for character in shown if character.isprintable()).strip()
