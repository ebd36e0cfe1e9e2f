"""What is counted of one client, tool or Space, or of one reason why messages did not go well."""

from dataclasses import dataclass

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.operators.block_list import block_list
from dashboard.detail_parts import (
    answers_of,
    connections_table,
    errors_table,
    fact_of_time,
    facts_of_space,
    histogram_table,
    links_of_operators,
    of_version,
    parts_table,
    tiles_of,
    version_address,
)
from dashboard.metrics import series_of
from dashboard.models import ClientCount, ToolCount
from dashboard.overview import series_json
from dashboard.pages import Visit, page_of_the_dashboard, show, visit
from dashboard.people_of import people_table
from dashboard.periods import counted
from dashboard.reading import read_first_seen, read_reasons, read_traffic
from dashboard.reading_details import MOST, About, read_first_bytes, read_latencies
from dashboard.reading_lists import CLIENTS, TOOLS
from dashboard.shown_connections import Fact
from dashboard.shown_lists import (
    client_address,
    name_of_space,
    reason_in_words,
    reason_table,
    space_address,
    tool_address,
)
from dashboard.space_states import States, states_of
from dashboard.tables import (
    Note,
    Table,
    Tile,
    address,
)
from mcpendpoint.protocol.records import PRIVATE

MAX_NAME = 120


@dataclass(frozen=True)
class Detail:
    """A page about one thing."""

    section: str
    """Of the lists that it belongs to, by its name in dashboard.urls."""
    kind: str
    title: str
    subtitle: str
    tiles: tuple[Tile, ...]
    tables: tuple[Table, ...]
    series: dict[str, list[float | None]]
    facts: tuple[Fact, ...] = ()
    states: States | None = None
    """Of a Space, over time."""
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
    facts = [fact_of_time("First seen", at) for at in first.values()]
    if now.sees_people and (blocked := block_list.client(name, version or "")):
        facts.append(Fact("Blocked", str(blocked), is_bad=True))
    detail = Detail(
        section="clients",
        kind="Client",
        title=name or "unknown",
        subtitle=version or "all versions",
        tiles=tiles_of(about.totals()),
        tables=(
            parts_table(about, "tools", "Tools", ("tool", "space_id"), tool_address),
            reason_table(about.reasons(), now.shown),
            parts_table(about, "methods", "Methods", ("method",)),
            parts_table(about, "versions", "Versions", ("client_version",), version_address(name)),
            parts_table(about, "protocols", "Protocols", ("protocol_version", "era")),
            parts_table(about, "transports", "Transports", ("transport",)),
            parts_table(about, "credentials", "Credentials", ("credential",)),
            people_table(now, client_name=name, **of_version(version)),
            connections_table(now.shown, name, version),
        ),
        series=series_json(about.series()),
        facts=tuple(facts),
        links=(
            Note("All versions", address("client", now.shown.query, name=name))
            if version is not None
            else Note("All clients", address("clients", now.shown.query)),
            *links_of_operators(
                now,
                audit={"client": name},
                block={"client": name} | ({"versions": f"=={version}"} if version else {}),
            ),
        ),
    )
    return _show(request, now, detail)


@page_of_the_dashboard
def tool(request: HttpRequest) -> HttpResponse:
    now, name, space_id = visit(request), _given(request, "name"), _given(request, "space")
    about = About(Q(tool=name, space_id=space_id), now.shown)
    histogram, by_step = read_latencies(now.shown, tool=name, space_id=space_id)
    space = (
        (Note(f"All of {name_of_space(space_id)}", space_address(space_id, now.shown)),)
        if space_id
        else ()
    )
    totals = about.totals()
    first_bytes = read_first_bytes(now.shown, tool=name, space_id=space_id)
    detail = Detail(
        section="tools",
        kind="Tool",
        title=name,
        subtitle=name_of_space(space_id),
        tiles=(*tiles_of(totals, histogram), *answers_of(totals, first_bytes)),
        tables=(
            reason_table(about.reasons(), now.shown),
            histogram_table(histogram),
            parts_table(
                about, "clients", "Clients", ("client_name", "client_version"), client_address
            ),
            parts_table(about, "credentials", "Credentials", ("credential",)),
        ),
        series=series_json(about.series(by_step)),
        links=(*space, *links_of_operators(now, audit={"action": "tool_call", "tool": name})),
    )
    return _show(request, now, detail)


@page_of_the_dashboard
def space(request: HttpRequest) -> HttpResponse:
    now, space_id = visit(request), _given(request, "id")
    about = About(Q(space_id=space_id), now.shown)
    histogram, by_step = read_latencies(now.shown, space_id=space_id)
    totals = about.totals()
    first_bytes = read_first_bytes(now.shown, space_id=space_id)
    detail = Detail(
        section="spaces",
        kind="Space",
        title=name_of_space(space_id),
        subtitle="",
        tiles=(*tiles_of(totals, histogram), *answers_of(totals, first_bytes)),
        tables=(
            parts_table(about, "tools", "Tools", ("tool", "space_id"), tool_address),
            reason_table(about.reasons(), now.shown),
            histogram_table(histogram),
            parts_table(
                about, "clients", "Clients", ("client_name", "client_version"), client_address
            ),
        ),
        series=series_json(about.series(by_step)),
        states=states_of(space_id, now.shown, timezone.now()) if space_id != PRIVATE else None,
        facts=facts_of_space(space_id) if space_id != PRIVATE else (),
        links=links_of_operators(now, block={"space": space_id}) if space_id != PRIVATE else (),
    )
    return _show(request, now, detail)


@page_of_the_dashboard
def errors(request: HttpRequest) -> HttpResponse:
    """Show all reasons, or the one of `?reason=`."""
    now, reason = visit(request), _given(request, "reason")
    return _show(request, now, _one_reason(now, reason) if reason else _all_reasons(now))


def _all_reasons(now: Visit) -> Detail:
    shown = now.shown
    tools, all_tools = TOOLS.page(counted(ToolCount, shown).filter(errors__gt=0), "errors", 0, MOST)
    clients, all_clients = CLIENTS.page(
        counted(ClientCount, shown).filter(errors__gt=0), "errors", 0, MOST
    )
    return Detail(
        section="errors",
        kind="",
        title="What did not go well",
        subtitle="",
        tiles=(),
        tables=(
            reason_table(read_reasons(shown), shown),
            errors_table(
                "tools",
                "Tools",
                [(tool_address(t.name, t.space_id, shown), t.name, t.space_id, t) for t in tools],
                all_tools,
            ),
            errors_table(
                "clients",
                "Clients",
                [
                    (client_address(c.name, c.version, shown), c.name or "unknown", c.version, c)
                    for c in clients
                ],
                all_clients,
            ),
        ),
        series=series_json(series_of(shown, read_traffic(shown, reason__gt=""))),
    )


def _one_reason(now: Visit, reason: str) -> Detail:
    about = About(Q(reason=reason), now.shown)
    return Detail(
        section="errors",
        kind="Reason",
        title=reason_in_words(reason),
        subtitle="",
        tiles=(),
        tables=(
            parts_table(about, "tools", "Tools", ("tool", "space_id"), tool_address),
            parts_table(
                about, "clients", "Clients", ("client_name", "client_version"), client_address
            ),
            parts_table(about, "methods", "Methods", ("method",)),
            parts_table(about, "credentials", "Credentials", ("credential",)),
        ),
        series=series_json(series_of(now.shown, read_traffic(now.shown, reason=reason))),
        links=(
            Note("All reasons", address("errors", now.shown.query)),
            *links_of_operators(now, audit={"reason": reason}),
        ),
    )


def _show(request: HttpRequest, now: Visit, detail: Detail) -> HttpResponse:
    return show(request, "dashboard/detail.html", now, {"page": detail})
