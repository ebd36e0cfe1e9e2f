"""Turns a tally into the rows that are kept of it. Pure."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

from django.db.models import Model

from dashboard.models import (
    ClientCount,
    FirstByteCount,
    LatencyCount,
    MessageCount,
    MethodLatency,
    PersonCount,
    ToolCount,
    TrafficCount,
)
from dashboard.ranges import DAY, HOUR, STEPS, floor
from dashboard.tally import ANONYMOUS, Cell, Dimensions, PersonKey, Tally
from dashboard.upserts import ADD, LATEST, digest
from mcpendpoint.protocol.records import ERRORS, REFUSED, Outcome

T = TypeVar("T")

GREATEST = frozenset({"last_at", "largest_answer_bytes"})
"""Columns that hold the greatest of all, where others hold the sum."""

STEPS_OF_PEOPLE = (HOUR, DAY)


class Part(NamedTuple):
    """What one cell adds to one row of each step."""

    minute: int
    names: tuple[Any, ...]
    """What tells the row apart from others of its period."""
    values: dict[str, Any]


@dataclass(frozen=True)
class Rollup(Generic[T]):
    """How a model counts what is in a T."""

    model: type[Model]
    names: tuple[str, ...]
    """The columns of Part.names."""
    parts: Callable[[T], Iterator[Part]]
    steps: Sequence[int] = STEPS

    def rows(self, tally: T) -> list[dict[str, Any]]:
        rows: dict[tuple[Any, ...], dict[str, Any]] = {}
        for minute, names, values in self.parts(tally):
            for step in self.steps:
                period = minute // step
                row = rows.get((step, period, names))
                if row is None:
                    rows[step, period, names] = {
                        "step_seconds": step,
                        "period": floor(minute, step),
                        "digest": digest(*names),
                        **dict(zip(self.names, names, strict=True)),
                        **values,
                    }
                    continue
                for column, value in values.items():
                    row[column] = (
                        max(row[column], value) if column in GREATEST else row[column] + value
                    )
        return list(rows.values())


def on_conflict(rows: Sequence[dict[str, Any]], names: Sequence[str]) -> dict[str, str]:
    """Return how the columns of rows that are there already change."""
    told_apart = {"step_seconds", "period", "digest", *names}
    return {
        column: LATEST if column in GREATEST else ADD
        for column in rows[0]
        if column not in told_apart
    }


def _messages(tally: Tally) -> Iterator[Part]:
    for key, cell in tally.cells.items():
        values = _amounts(cell) | {
            "answer_bytes": cell.answer_bytes,
            "largest_answer_bytes": cell.largest_answer_bytes,
        }
        yield Part(key.minute, tuple(cell.kept_as), values)


def _traffic(tally: Tally) -> Iterator[Part]:
    for key, cell in tally.cells.items():
        told = key.dimensions
        names = (told.method, told.credential, told.outcome, told.reason, told.limit)
        yield Part(key.minute, names, _amounts(cell))


def _clients(tally: Tally) -> Iterator[Part]:
    for key, cell in tally.cells.items():
        told = key.dimensions
        yield Part(
            key.minute,
            (told.client_name, told.client_version),
            _usage(told, cell)
            | {
                "tool_calls": cell.count if told.method == "tools/call" else 0,
                "anonymous": cell.count if told.credential == ANONYMOUS else 0,
                "refused": cell.count if told.credential == REFUSED else 0,
            },
        )


def _tools(tally: Tally) -> Iterator[Part]:
    for key, cell in tally.cells.items():
        told = key.dimensions
        if told.tool:
            yield Part(key.minute, (told.tool, told.space_id), _usage(told, cell))


def _method_latencies(tally: Tally) -> Iterator[Part]:
    for key, cell in tally.cells.items():
        for bucket, count in cell.latencies.items():
            yield Part(key.minute, (key.dimensions.method, bucket), {"count": count})


def _tool_latencies(tally: Tally) -> Iterator[Part]:
    for key, cell in tally.cells.items():
        told = key.dimensions
        if told.tool:
            for bucket, count in cell.latencies.items():
                names = (told.method, told.tool, told.space_id, bucket)
                yield Part(key.minute, names, {"count": count})


def _first_bytes(tally: Tally) -> Iterator[Part]:
    for key, cell in tally.cells.items():
        told = key.dimensions
        if told.tool:
            for bucket, count in cell.first_bytes.items():
                yield Part(key.minute, (told.tool, told.space_id, bucket), {"count": count})


def _people(tally: Tally) -> Iterator[Part]:
    for (minute, *names), cell in tally.people.items():
        values = {
            "count": cell.count,
            "tool_calls": cell.tool_calls,
            "errors": cell.errors,
            "last_at": cell.last_at,
        }
        yield Part(minute, tuple(names), values)


def _amounts(cell: Cell) -> dict[str, Any]:
    return {
        "count": cell.count,
        "duration_ms": cell.duration_ms,
        "notifications_sent": cell.notifications_sent,
        "last_at": cell.last_at,
    }


def _usage(told: Dimensions, cell: Cell) -> dict[str, Any]:
    return _amounts(cell) | {
        "errors": cell.count if told.outcome in ERRORS else 0,
        "limited": cell.count if told.outcome == Outcome.LIMITED else 0,
    }


ROLLUPS = (
    Rollup(MessageCount, Dimensions._fields, _messages),
    Rollup(TrafficCount, ("method", "credential", "outcome", "reason", "limit"), _traffic),
    Rollup(ClientCount, ("name", "version"), _clients),
    Rollup(ToolCount, ("tool", "space_id"), _tools),
    Rollup(MethodLatency, ("method", "bucket"), _method_latencies),
    Rollup(LatencyCount, ("method", "tool", "space_id", "bucket"), _tool_latencies),
    Rollup(FirstByteCount, ("tool", "space_id", "bucket"), _first_bytes),
    Rollup(
        PersonCount,
        PersonKey._fields[1:],
        _people,
        STEPS_OF_PEOPLE,
    ),
)
