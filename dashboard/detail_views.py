"""What is counted of one client, tool or Space, or of one reason why messages did not go well."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max, Q, Sum
from django.db.models.functions import Lower
from django.http import HttpRequest, HttpResponse
from django.utils.timezone import localtime

from accounts.models import User
from accounts.space_models import SelectedSpace
from dashboard import formats
from dashboard.histogram import by_doubling, percentile
from dashboard.models import StreamCount
from dashboard.overview import series_json
from dashboard.pages import Visit, page_of_the_dashboard, show, visit
from dashboard.periods import counted
from dashboard.ranges import Range
from dashboard.reading import read_first_seen
from dashboard.reading_details import MOST, About, Totals, people, read_latencies
from dashboard.reasons import REASONS
from dashboard.shown_connections import Fact
from dashboard.shown_lists import client_address, reason_table, space_address, tool_address
from dashboard.tables import (
    Column,
    Note,
    Table,
    Tile,
    address,
    bar,
    number,
    percentage,
    row,
    when,
)
from mcpendpoint.gradio.last_known import last_known
from mcpendpoint.protocol.records import PRIVATE

MAX_NAME = 120


@dataclass(frozen=True)
class Detail:
    """A page about one thing."""

    kind: str
    title: str
    subtitle: str
    tiles: tuple[Tile, ...]
    tables: tuple[Table, ...]
    series: dict[str, list[float | None]]
    facts: tuple[Fact, ...] = ()
    links: tuple[Note, ...] = ()
    """Where else one can look."""

    @property
    def is_empty(self) -> bool:
        return not any(self.series["requests"])


def _given(request: HttpRequest, name: str) -> str:
    # PostgreSQL takes no NUL, and no name that is counted has one.
    return request.GET.get(name, "")[:MAX_NAME].replace("\0", "")


@page_of_the_dashboard
def client(request: HttpRequest) -> HttpResponse:
    now, name = visit(request), _given(request, "name")
    version = _given(request, "version") if "version" in request.GET else None
    which = Q(client_name=name) if version is None else Q(client_name=name, client_version=version)
    about = About(which, now.shown)
    first = read_first_seen([(name, version)]) if version is not None else {}
    facts = tuple(_fact_of_time("First seen", at) for at in first.values())
    detail = Detail(
        kind="Client",
        title=name or "unknown",
        subtitle=version or "all versions",
        tiles=_tiles(about.totals()),
        tables=(
            _parts(about, "tools", "Tools", ("tool", "space_id"), tool_address),
            reason_table(about.reasons(), now.shown),
            _parts(about, "methods", "Methods", ("method",)),
            _parts(about, "versions", "Versions", ("client_version",), _version_address(name)),
            _parts(about, "protocols", "Protocols", ("protocol_version", "era")),
            _parts(about, "transports", "Transports", ("transport",)),
            _parts(about, "credentials", "Credentials", ("credential",)),
            _people_table(now.shown, client_name=name, **_of_version(version)),
            _connections_table(now.shown, name, version),
        ),
        series=series_json(about.series()),
        facts=facts,
        links=(
            Note("All versions", address("client", now.shown.query, name=name))
            if version is not None
            else Note("All clients", address("clients", now.shown.query)),
            _audit_link(client=name),
        ),
    )
    return _show(request, now, detail)


@page_of_the_dashboard
def tool(request: HttpRequest) -> HttpResponse:
    now, name, space_id = visit(request), _given(request, "name"), _given(request, "space")
    about = About(Q(tool=name, space_id=space_id), now.shown)
    histogram, by_step = read_latencies(now.shown, tool=name, space_id=space_id)
    space = (Note(f"All of {space_id}", space_address(space_id, now.shown)),) if space_id else ()
    detail = Detail(
        kind="Tool",
        title=name,
        subtitle=space_id,
        tiles=_tiles(about.totals(), histogram),
        tables=(
            reason_table(about.reasons(), now.shown),
            histogram_table(histogram),
            _parts(about, "clients", "Clients", ("client_name", "client_version"), client_address),
            _parts(about, "credentials", "Credentials", ("credential",)),
        ),
        series=series_json(about.series(by_step)),
        links=(*space, _audit_link(action="tool_call", tool=name)),
    )
    return _show(request, now, detail)


@page_of_the_dashboard
def space(request: HttpRequest) -> HttpResponse:
    now, space_id = visit(request), _given(request, "id")
    about = About(Q(space_id=space_id), now.shown)
    histogram, by_step = read_latencies(now.shown, space_id=space_id)
    detail = Detail(
        kind="Space",
        title=space_id,
        subtitle="",
        tiles=_tiles(about.totals(), histogram),
        tables=(
            _parts(about, "tools", "Tools", ("tool", "space_id"), tool_address),
            reason_table(about.reasons(), now.shown),
            histogram_table(histogram),
            _parts(about, "clients", "Clients", ("client_name", "client_version"), client_address),
        ),
        series=series_json(about.series(by_step)),
        facts=_facts_of_space(space_id) if space_id != PRIVATE else (),
    )
    return _show(request, now, detail)


@page_of_the_dashboard
def errors(request: HttpRequest) -> HttpResponse:
    """Show all reasons, or the one of `?reason=`."""
    now, reason = visit(request), _given(request, "reason")
    about = About(Q(reason=reason) if reason else ~Q(reason=""), now.shown)
    tables = (
        _parts(about, "tools", "Tools", ("tool", "space_id"), tool_address),
        _parts(about, "clients", "Clients", ("client_name", "client_version"), client_address),
        _parts(about, "methods", "Methods", ("method",)),
        _parts(about, "credentials", "Credentials", ("credential",)),
    )
    detail = Detail(
        kind="Reason" if reason else "",
        title=REASONS.get(reason, reason) if reason else "What went wrong",
        subtitle="",
        tiles=(),
        tables=tables if reason else (reason_table(about.reasons(), now.shown), *tables),
        series=series_json(about.series()),
        links=(
            Note("All reasons", address("errors", now.shown.query)),
            Note("The calls, newest first", address("audit", "", reason=reason)),
        )
        if reason
        else (),
    )
    return _show(request, now, detail)


def _show(request: HttpRequest, now: Visit, detail: Detail) -> HttpResponse:
    return show(request, "dashboard/detail.html", now, {"page": detail})


def _tiles(totals: Totals, histogram: Mapping[int, int] | None = None) -> tuple[Tile, ...]:
    limited = f"{formats.count(totals.limited)} over a limit" if totals.limited else ""
    tiles = [
        Tile(
            "Requests",
            ((formats.count(totals.messages), ""),),
            (Note(limited),) if limited else (),
        ),
        Tile("Tool calls", ((formats.count(totals.tool_calls), ""),)),
        Tile(
            "Errors",
            ((formats.count(totals.errors), ""),),
            (Note(f"{formats.share(totals.error_rate)} of what was handled"),),
            is_bad=totals.errors > 0,
        ),
    ]
    mean = formats.milliseconds(totals.mean_ms)
    if histogram is None:
        return (*tiles, Tile("Response time", ((mean, ""),), (Note("on average"),)))
    return (*tiles, response_times(histogram, (mean, "mean")))


def response_times(histogram: Mapping[int, int], *others: tuple[str, str]) -> Tile:
    percentiles = [
        (formats.milliseconds(percentile(histogram, share)), name)
        for share, name in ((0.5, "p50"), (0.95, "p95"), (0.99, "p99"))
    ]
    return Tile("Response time", (*percentiles, *others))


def _parts(
    about: About,
    name: str,
    title: str,
    columns: tuple[str, ...],
    link: Any = None,
) -> Table:
    parts, total = about.parts(*columns)
    return Table(
        name,
        title,
        (
            Column(title[:-1]),
            Column("Requests", "number"),
            Column("Errors", "number"),
            Column("Error rate", "number"),
            Column("Last", "when"),
        ),
        tuple(
            row(
                part.names[0],
                (
                    number(part.messages),
                    number(part.errors, is_bad=True),
                    percentage(part.errors / part.messages),
                    when(part.last_at),
                ),
                note=" ".join(part.names[1:]),
                href=link(*part.names, about.shown) if link else "",
            )
            for part in parts
        ),
        total,
        empty="None.",
    )


def _version_address(name: str) -> Any:
    return lambda version, shown: client_address(name, version, shown)


def _of_version(version: str | None) -> dict[str, str]:
    return {} if version is None else {"client_version": version}


def _people_table(shown: Range, **which: str) -> Table:
    found = (
        people(shown, **which)
        .values_list("user_id")
        .annotate(total=Sum("count"), wrong=Sum("errors"), latest=Max("last_at"))
        .order_by("-total", "user_id")
    )
    rows = list(found[:MOST])
    names = dict(User.objects.filter(pk__in=[row[0] for row in rows]).values_list("pk", "username"))
    return Table(
        "people",
        "People",
        (
            Column("Person"),
            Column("Requests", "number"),
            Column("Errors", "number"),
            Column("Last", "when"),
        ),
        tuple(
            row(
                names.get(user_id, "somebody who has left"),
                (number(total), number(wrong, is_bad=True), when(latest)),
            )
            for user_id, total, wrong, latest in rows
        ),
        len(rows) if len(rows) < MOST else found.count(),
        empty="Nobody who is signed in.",
    )


def _connections_table(shown: Range, name: str, version: str | None) -> Table:
    events = counted(StreamCount, shown).filter(client_name=name, **_of_version(version))
    found = events.values_list("event").annotate(total=Sum("count")).order_by("-total", "event")
    rows = tuple(
        row(event.replace("_", " ").capitalize(), (number(times),)) for event, times in found
    )
    return Table(
        "connections",
        "Connections",
        (Column("What became of streams"), Column("Times", "number")),
        rows,
        len(rows),
        empty="No stream was opened.",
    )


def histogram_table(histogram: Mapping[int, int]) -> Table:
    doublings = by_doubling(histogram)
    most = max((times for _, _, times in doublings), default=0)
    rows = tuple(
        row(
            f"{formats.milliseconds(low)} to {formats.milliseconds(high)}",
            (number(times), bar(times, most)),
        )
        for low, high, times in doublings
    )
    return Table(
        "durations",
        "How long it took",
        (Column("Time"), Column("Times", "number"), Column("")),
        rows,
        len(rows),
        empty="Nothing was answered.",
    )


def _facts_of_space(space_id: str) -> tuple[Fact, ...]:
    known = last_known(space_id)
    picked = (
        SelectedSpace.objects.annotate(lower_id=Lower("space_id"))
        .filter(lower_id=space_id.lower(), is_active=True)
        .count()
    )
    facts = [
        Fact("Selected by", f"{formats.count(picked)} {'person' if picked == 1 else 'people'}")
    ]
    if known.state:
        facts.append(Fact("State on the Hub", known.state, is_bad=known.state != "Running"))
    if known.found_at:
        facts.append(_fact_of_time("Its tools were read", known.found_at))
    if known.failure:
        facts.append(Fact("Last failure", known.failure, is_bad=True))
    if known.failed_at:
        facts.append(_fact_of_time("It failed", known.failed_at))
    if known.rest:
        facts.append(Fact("Left alone", known.rest, is_bad=True))
    return tuple(facts)


def _fact_of_time(label: str, at: datetime) -> Fact:
    return Fact(label, formats.moment(localtime(at)))


def _audit_link(**query: str) -> Note:
    return Note("In the audit log", address("audit", "", **query))
