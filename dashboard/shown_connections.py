"""The facts and tables of connections, out of what was read. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.urls import reverse

from dashboard.connections_shown import ClientStreams, Connections, Happened, StreamNow
from dashboard.formats import count
from dashboard.ranges import Range
from dashboard.shown_lists import client_address
from dashboard.tables import Cell, Column, Row, Table, number, row, tags, when

_BY_CLIENT = (
    Column("Client"),
    Column("Subscriptions", "number"),
    Column("Session streams", "number"),
    Column("Not answering", "number"),
    Column("Opened", "number"),
    Column("Came back", "number"),
    Column("Ended by", "tags"),
    Column("Told of changes", "number"),
    Column("Listed again then", "number"),
    Column("Resources", "number"),
    Column("Pings answered", "number"),
)
_STREAMS = (
    Column("Client"),
    Column("State", "tags"),
    Column("Opened by"),
    Column("Protocol", "tags"),
    Column("Person"),
    Column("Since", "when"),
    Column("Last sign of life", "when"),
    Column("Session"),
)
_STATES = {"distressed": "not answering"}
"""Whose client does not read what is sent, or did not answer a ping."""
_OPENED_BY = {"subscription": "subscriptions/listen", "sse": "HTTP+SSE"}


@dataclass(frozen=True)
class Fact:
    label: str
    text: str
    is_bad: bool = False


def facts(all_of_them: Connections) -> tuple[Fact, ...]:
    happened = all_of_them.happened
    told, pings = happened.told, happened.pings
    distressed = all_of_them.distressed
    return (
        Fact(
            "Open now",
            f"{count(all_of_them.open)}: {count(all_of_them.subscriptions)} by "
            f"subscriptions/listen, {count(all_of_them.sessions)} in sessions"
            + (f", {count(distressed)} not answering" if distressed else ""),
            is_bad=distressed > 0,
        ),
        Fact(
            "Opened",
            f"{count(happened.opened)}, {count(happened.resumed)} of them by clients that came "
            "back",
        ),
        Fact("Ended", " ".join((count(happened.closed_in_all), *_ended(happened.closed)))),
        Fact(
            "Calls taken up again",
            f"{count(happened.calls_resumed)}, after their connection had broken",
        ),
        Fact(
            "Told of changed tools",
            count(told.notifications)
            + (
                f"; {count(told.listed_again)} of {count(told.watched)} listed again within 10 s"
                if told.watched
                else ""
            ),
        ),
        Fact("Told of updated resources", count(happened.resources_updated)),
        Fact(
            "Pings",
            f"{count(pings.sent)} sent, {count(pings.answered)} answered, "
            f"{count(pings.lost) if pings.lost else 'none'} lost",
            is_bad=pings.lost > 0,
        ),
    )


def client_streams_table(clients: Iterable[ClientStreams], most: int, shown: Range) -> Table:
    rows = tuple(_client_row(client, shown) for client in clients)
    return Table("client-streams", "By client", _BY_CLIENT, rows[:most], len(rows))


def stream_table(streams: Iterable[StreamNow], most: int) -> Table:
    rows = tuple(map(_stream_row, streams))
    return Table("streams", "One by one", _STREAMS, rows[:most], len(rows))


def _client_row(client: ClientStreams, shown: Range) -> Row:
    happened: Happened = client.happened
    told, pings = happened.told, happened.pings
    return row(
        client.name or "unknown",
        (
            number(client.subscriptions),
            number(client.sessions),
            number(client.distressed, is_bad=True),
            number(happened.opened),
            number(happened.resumed),
            tags(_ended(happened.closed)),
            number(told.notifications),
            _out_of(told.listed_again, told.watched),
            number(happened.resources_updated),
            _out_of(pings.answered, pings.sent, is_bad=pings.lost > 0),
        ),
        note=client.version
        + (" · a second session of mcp-remote that ignores changes" if client.never_lists else ""),
        href=client_address(client.name, client.version, shown),
    )


def _stream_row(stream: StreamNow) -> Row:
    era = "modern" if stream.kind == "subscription" else "legacy"
    state = _STATES.get(stream.state, stream.state)
    state += f" by {stream.ended_by}" if stream.ended_by else ""
    is_open = bool(stream.session) and stream.state != "gone"
    end = reverse("dashboard:end-session", args=[stream.session]) if is_open else ""
    return row(
        stream.client_name or "unknown",
        (
            Cell(kind="tags", tags=(state,), is_bad=stream.state == "distressed"),
            Cell(_OPENED_BY.get(stream.kind, "GET in a session")),
            tags([f"{stream.protocol_version or 'unknown'} {era}"]),
            Cell(stream.username[:40] or "–"),
            when(stream.since),
            when(stream.last_sign),
            Cell("End…" if end else "", href=end),
        ),
        note=stream.client_version,
    )


def _ended(closed: Mapping[str, int]) -> list[str]:
    return [f"{by} {count(times)}" for by, times in closed.items()]


def _out_of(part: int, whole: int, *, is_bad: bool = False) -> Cell:
    if not whole:
        return Cell("–", "number")
    return Cell(f"{count(part)} of {count(whole)}", "number", is_bad=is_bad)
