"""Adds records up by minute, with a bound on how many different things are told apart. Pure: the
clock is the records' own.

Names come from clients, so they are hostile: cut, stripped of control characters, and past a limit
counted as "other"; a method that the protocol does not know has no name at all. What a private
Space's tools are called is nobody's business here.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, cast

from dashboard.histogram import bucket_of
from dashboard.vocabulary import MINUTE, Budget, Caller, Shares, Vocabulary
from mcpendpoint.protocol.records import ERRORS, KNOWN_METHODS, KNOWN_VERSIONS, REFUSED, Record

OTHER = "other"
UNKNOWN = "unknown"
MAX_NAME_CHARACTERS = 120
CLIENTS = Shares(strangers=200, tokens=200, people=400, one=100)
TOOLS_OF_SPACES = Shares(strangers=300, tokens=300, people=900, one=150)
"""How many new names of each kind are told apart in an hour."""

A_MINUTE = Shares(strangers=300, tokens=300, people=900, one=200)
"""How many are in a minute, of all kinds together."""

KINDS = Shares(strangers=2_000, tokens=2_000, people=6_000, one=1_000)
"""How many new combinations of all dimensions are in an hour: each is four rows."""

MAX_CELLS = 5_000
"""Of five names of 120 characters and a histogram each: 30 MB at worst."""
MAX_PEOPLE = 5_000

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
    reason: str


class CellKey(NamedTuple):
    minute: int
    """Its first second, as seconds since the epoch."""
    dimensions: Dimensions


class PersonKey(NamedTuple):
    minute: int
    user_id: int
    client_name: str
    client_version: str
    credential: str
    credential_name: str
    protocol_version: str


@dataclass(slots=True)
class PersonCell:
    last_at: datetime
    count: int = 0
    tool_calls: int = 0
    errors: int = 0

    def merge(self, other: "PersonCell") -> None:
        self.last_at = max(self.last_at, other.last_at)
        self.count += other.count
        self.tool_calls += other.tool_calls
        self.errors += other.errors


@dataclass(slots=True)
class Cell:
    kept_as: Dimensions
    """What is told apart of it where everything is; there is no room for every combination."""
    first_at: datetime
    last_at: datetime
    count: int = 0
    duration_ms: float = 0.0
    notifications_sent: int = 0
    answer_bytes: int = 0
    largest_answer_bytes: int = 0
    latencies: dict[int, int] = field(default_factory=dict)
    first_bytes: dict[int, int] = field(default_factory=dict)
    """As `latencies`, of how long streams took to begin."""

    def merge(self, other: "Cell") -> None:
        self.first_at = min(self.first_at, other.first_at)
        self.last_at = max(self.last_at, other.last_at)
        self.count += other.count
        self.duration_ms += other.duration_ms
        self.notifications_sent += other.notifications_sent
        self.answer_bytes += other.answer_bytes
        self.largest_answer_bytes = max(self.largest_answer_bytes, other.largest_answer_bytes)
        _add_up(self.latencies, other.latencies)
        _add_up(self.first_bytes, other.first_bytes)


class Limits:
    """What a process has told apart in this hour; outlives the tallies it hands on."""

    def __init__(self) -> None:
        pace = Budget(A_MINUTE, MINUTE)
        self._tools = Vocabulary(TOOLS_OF_SPACES, pace)
        self._clients = Vocabulary(CLIENTS, pace)
        self._kinds = Vocabulary(KINDS)

    def known_client(self, minute: int, caller: Caller, name: str, version: str) -> tuple[str, str]:
        if self._clients.admits(minute, caller, name, version):
            return name, version
        return OTHER, ""

    def known_names(self, minute: int, caller: Caller, raw: Dimensions) -> Dimensions:
        clean = _clean(raw)
        name, version = self.known_client(minute, caller, clean.client_name, clean.client_version)
        clean = clean._replace(client_name=name, client_version=version)
        if clean.method not in KNOWN_METHODS:
            clean = clean._replace(method=UNKNOWN)
        clean = clean._replace(protocol_version=_known_version(clean.protocol_version))
        # Our own tools are as many as we have.
        if clean.space_id and not self._tools.admits(minute, caller, clean.tool, clean.space_id):
            clean = clean._replace(tool=clean.tool and OTHER, space_id="")
        return clean

    def known_kind(self, minute: int, caller: Caller, clean: Dimensions) -> Dimensions:
        if self._kinds.admits(minute, caller, *clean):
            return clean
        return clean._replace(client_name=OTHER, client_version="", protocol_version=UNKNOWN)


class Tally:
    """Counts that were not stored yet."""

    def __init__(self, limits: Limits) -> None:
        self.cells: dict[CellKey, Cell] = {}
        self.people: dict[PersonKey, PersonCell] = {}
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
            record.reason or "",
        )
        minute = int(at.timestamp()) // 60 * 60
        cell = self.cells.get(cast(CellKey, (minute, dimensions)))
        if cell is None:
            cell = self._open(minute, Dimensions(*dimensions), record)
        if record.user_id is not None:
            self._add_to_person(minute, record, record.user_id)
        cell.count += 1
        cell.duration_ms += record.duration_ms
        cell.notifications_sent += record.notifications_sent
        cell.answer_bytes += record.answer_bytes
        if record.answer_bytes > cell.largest_answer_bytes:
            cell.largest_answer_bytes = record.answer_bytes
        if at > cell.last_at:
            cell.last_at = at
        if record.limit:
            return  # no answer, so it took no time to make one
        bucket = bucket_of(record.duration_ms)
        cell.latencies[bucket] = cell.latencies.get(bucket, 0) + 1
        if record.first_byte_ms is not None:
            bucket = bucket_of(record.first_byte_ms)
            cell.first_bytes[bucket] = cell.first_bytes.get(bucket, 0) + 1

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
                place = Cell(rest.dimensions, cell.first_at, cell.last_at)
                self.cells.setdefault(rest, place).merge(cell)
        for who, person in other.people.items():
            self._person(who, person.last_at).merge(person)

    def forget_before(self, at: datetime) -> int:
        """Drop what is older, and return how many messages that were."""
        self.people = {
            key: cell for key, cell in self.people.items() if key.minute >= at.timestamp()
        }
        old = [key for key in self.cells if key.minute < at.timestamp()]
        return sum(self.cells.pop(key).count for key in old)

    def __len__(self) -> int:
        return sum(cell.count for cell in self.cells.values())

    def _open(self, minute: int, raw: Dimensions, record: Record) -> Cell:
        caller = _caller_of(record)
        names = self._limits.known_names(minute, caller, raw)
        key = CellKey(minute, names)
        if key not in self.cells:
            if len(self.cells) >= MAX_CELLS:
                key = CellKey(minute, _anything(names))
            kind = self._limits.known_kind(minute, caller, key.dimensions)
            self.cells.setdefault(key, Cell(kind, record.at, record.at))
        return self.cells[key]

    def _add_to_person(self, minute: int, record: Record, user_id: int) -> None:
        key = (
            minute,
            user_id,
            record.client_name,
            record.client_version,
            record.credential,
            record.credential_name,
            record.protocol_version,
        )
        cell = self.people.get(cast(PersonKey, key))
        if cell is None:
            cell = self._person(self._known_person(minute, record, user_id), record.at)
        cell.count += 1
        cell.tool_calls += record.method == "tools/call"
        cell.errors += record.outcome in ERRORS
        if record.at > cell.last_at:
            cell.last_at = record.at

    def _known_person(self, minute: int, record: Record, user_id: int) -> PersonKey:
        client = (_clean_name(record.client_name), _clean_name(record.client_version))
        name, version = self._limits.known_client(minute, _caller_of(record), *client)
        credential_name = _clean_name(record.credential_name)
        protocol = _known_version(record.protocol_version)
        return PersonKey(
            minute, user_id, name, version, record.credential, credential_name, protocol
        )

    def _person(self, key: PersonKey, at: datetime) -> PersonCell:
        if key not in self.people and len(self.people) >= MAX_PEOPLE:
            key = PersonKey(key.minute, key.user_id, OTHER, "", key.credential, "", "")
        return self.people.setdefault(key, PersonCell(at))


def _add_up(histogram: dict[int, int], other: dict[int, int]) -> None:
    for bucket, count in other.items():
        histogram[bucket] = histogram.get(bucket, 0) + count


def _caller_of(record: Record) -> Caller:
    has_token = record.credential not in WITHOUT_CREDENTIAL
    return Caller(record.user_id, has_token, record.network)


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
        dimensions.reason,
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


def _known_version(version: str) -> str:
    return version if version in KNOWN_VERSIONS else UNKNOWN


def _clean_name(value: str) -> str:
    shown = value[:MAX_NAME_CHARACTERS]
    if shown.isprintable():
        return str(shown.strip())
    return "".join(character for character in shown if character.isprintable()).strip()
