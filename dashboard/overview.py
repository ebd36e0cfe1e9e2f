"""What the first page of the dashboard shows, as data. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from dashboard import formats
from dashboard.counts import Before
from dashboard.metrics import Point, Snapshot
from dashboard.ranges import Range
from dashboard.shown_connections import Fact, client_streams_table, facts, stream_table
from dashboard.shown_lists import (
    client_table,
    method_table,
    reason_table,
    space_table,
    tool_table,
)
from dashboard.tables import Note, Table, Tile, address, as_data
from mcpendpoint.access.limits import Limit

ROWS = 10
"""Of each table: the page is a few dozen kB whatever clients are called."""
STREAMS = 20

LIMITS: Mapping[str, str] = {
    Limit.ANONYMOUS: "anonymous",
    Limit.WRONG_CREDENTIALS: "wrong credentials",
    Limit.USER: "by person",
    Limit.CLIENT: "by client",
    Limit.CHEAP: "cheap tools",
    Limit.HUB: "Hub tools",
    Limit.SPACE: "Spaces",
    Limit.WRITE: "writing tools",
    "streams_server": "streams in all",
    "streams_caller": "streams of one caller",
    "resources_server": "resources in all",
    "resources_caller": "resources of one caller",
}


@dataclass(frozen=True)
class Overview:
    tiles: tuple[Tile, ...]
    tables: tuple[Table, ...]
    facts: tuple[Fact, ...]
    """Of connections; none where there was none."""
    stream_tables: tuple[Table, ...]
    series: dict[str, list[float | None]]
    is_empty: bool

    def as_data(self) -> dict[str, Any]:
        """Return its parts by name: what an open page is sent when one of them changes."""
        return {
            "tiles": [asdict(tile) for tile in self.tiles],
            "facts": [asdict(fact) for fact in self.facts],
            **as_data((*self.tables, *self.stream_tables)),
            "series": self.series,
        }


def build_overview(snapshot: Snapshot, before: Before, shown: Range) -> Overview:
    totals, connections = snapshot.totals, snapshot.connections
    has_streams = bool(connections.open or connections.happened.opened or connections.streams)
    return Overview(
        tiles=_tiles(snapshot, before, shown),
        tables=(
            client_table(snapshot.clients, totals.clients, shown),
            tool_table(snapshot.tools, totals.tools, shown),
            space_table(snapshot.spaces, totals.spaces, shown),
            reason_table(snapshot.reasons, shown),
            method_table(snapshot.methods, totals.methods, shown),
        )
        if totals.requests
        else (),
        facts=facts(connections) if has_streams else (),
        stream_tables=tuple(
            table
            for table in (
                client_streams_table(connections.clients, ROWS, shown),
                stream_table(connections.streams, STREAMS),
            )
            if table.rows
        ),
        series=series_json(snapshot.series),
        is_empty=not totals.requests,
    )


def series_json(series: Sequence[Point]) -> dict[str, list[float | None]]:
    """Return the chart's columns: seconds since the epoch, then one value for each."""
    return {
        "at": [point.at.timestamp() for point in series],
        "requests": [point.requests for point in series],
        "errors": [point.errors for point in series],
        "p95_ms": [point.p95_ms for point in series],
    }


def _tiles(snapshot: Snapshot, before: Before, shown: Range) -> tuple[Tile, ...]:
    totals = snapshot.totals
    latency = totals.latency_ms
    tiles = [
        Tile(
            "Requests",
            _figure(totals.requests),
            _notes(
                f"{formats.count(round(totals.requests_per_minute))} a minute now"
                if shown.lasts
                else "",
                formats.change(totals.requests, before.requests),
            ),
        ),
        Tile(
            "Tool calls",
            _figure(totals.tool_calls),
            (
                Note(
                    f"{formats.count(totals.tools)} tool{'' if totals.tools == 1 else 's'} in use",
                    address("tools", shown.query),
                ),
                *_notes(formats.change(totals.tool_calls, before.tool_calls)),
            ),
        ),
        Tile(
            "Error rate",
            ((formats.share(totals.error_rate), ""),),
            (
                Note(
                    f"{formats.count(totals.errors)} error{'' if totals.errors == 1 else 's'} of "
                    f"{formats.count(totals.requests - totals.limited)} handled",
                    address("errors", shown.query),
                ),
                *_notes(f"{formats.share(before.error_rate)} before" if before.requests else ""),
            )
            if totals.errors
            else _notes("no errors"),
            is_bad=totals.outcomes["failed"] > 0,
        ),
        Tile(
            "Response time",
            tuple(
                (formats.milliseconds(value), name)
                for name, value in (
                    ("p50", latency.p50),
                    ("p95", latency.p95),
                    ("p99", latency.p99),
                )
            ),
        ),
        Tile(
            "Clients",
            _figure(totals.clients),
            (
                Note(
                    f"{formats.count(totals.clients_recent)} in the last 5 minutes",
                    address("clients", shown.query, sort="last"),
                ),
            )
            if shown.lasts
            else (Note("see all", address("clients", shown.query)),),
        ),
        Tile(
            "Authenticated",
            _figure(totals.authenticated),
            _notes(
                f"{formats.count(totals.anonymous)} anonymous",
                f"{formats.count(totals.refused)} refused",
            ),
        ),
        Tile(
            "Notifications sent",
            _figure(totals.notifications_sent),
            _notes("progress and changes"),
        ),
    ]
    if shown.lasts:
        tiles.append(
            Tile(
                "Open streams",
                _figure(totals.open_streams),
                (Note("kept by clients to hear of changes", "#connections"),)
                if totals.open_streams
                else _notes("no client waits for changes"),
            )
        )
    if totals.limited:
        hits = [
            f"{formats.count(each.requests)} {LIMITS.get(each.limit, each.limit)}"
            for each in snapshot.limits
        ]
        tiles.append(Tile("Over a limit", _figure(totals.limited), _notes(*hits), is_bad=True))
    return tuple(tiles)


def _figure(value: float) -> tuple[tuple[str, str], ...]:
    return ((formats.count(value), ""),)


def _notes(*texts: str) -> tuple[Note, ...]:
    return tuple(Note(text) for text in texts if text)
