"""How the Hub answers this server, by route; and what waits in this worker."""

from collections import Counter
from collections.abc import Sequence

from asgiref.sync import async_to_sync
from django.http import HttpRequest, HttpResponse

from accounts.outgoing.hub_routes import TEMPLATES
from dashboard import formats
from dashboard.detail_parts import histogram_table, response_times
from dashboard.detail_views import Detail
from dashboard.histogram import percentile
from dashboard.overview import series_json
from dashboard.pages import page_of_the_dashboard, show, visit
from dashboard.ranges import Range
from dashboard.reading_hub import Route, read_hub_series, read_routes
from dashboard.shown_connections import Fact
from dashboard.tables import (
    Column,
    Note,
    Table,
    Tile,
    address,
    duration,
    number,
    percentage,
    row,
    when,
)
from dashboard.worker_load import WorkerLoad, worker_load

_ROUTES = (
    Column("Route"),
    Column("Requests", "number"),
    Column("Refused", "number"),
    Column("Failed", "number"),
    Column("Failed, of all", "number"),
    Column("p50", "number"),
    Column("p95", "number"),
    Column("Last asked", "when"),
)

_POOLS = {"hub": "Requests to the Hub", "spaces": "Requests to Spaces", "storage": "Files"}


@page_of_the_dashboard
def hub(request: HttpRequest) -> HttpResponse:
    """Show all routes, or the one of `?route=`."""
    now, asked = visit(request), request.GET.get("route", "")
    which = {"route": asked} if asked in TEMPLATES else {}
    routes = read_routes(now.shown, **which)
    histogram: Counter[int] = Counter()
    for route in routes:
        histogram.update(route.histogram)
    detail = Detail(
        section="hub",
        kind="Route" if which else "",
        title=asked if which else "Hugging Face Hub",
        subtitle="",
        tiles=(*_tiles(routes), response_times(histogram)),
        tables=(histogram_table(histogram),) if which else (route_table(routes, now.shown),),
        series=series_json(read_hub_series(now.shown, **which)),
        facts=() if which else facts_of_worker(async_to_sync(worker_load)()),
        links=(Note("All routes", address("hub", now.shown.query)),) if which else (),
    )
    return show(request, "dashboard/detail.html", now, {"page": detail})


def route_table(routes: Sequence[Route], shown: Range) -> Table:
    return Table(
        "routes",
        "Routes",
        _ROUTES,
        tuple(
            row(
                route.name,
                (
                    number(route.sums.requests),
                    number(route.sums.refused),
                    number(route.sums.down, is_bad=True),
                    percentage(route.sums.down_rate),
                    duration(percentile(route.histogram, 0.5)),
                    duration(percentile(route.histogram, 0.95)),
                    when(route.sums.last_at),
                ),
                href=address("hub", shown.query, route=route.name),
            )
            for route in routes
        ),
        len(routes),
    )


def facts_of_worker(load: WorkerLoad) -> tuple[Fact, ...]:
    """Return what waits in the worker that happens to answer."""
    work = sum(load.database_work_waiting.values())
    facts = [
        Fact(
            f"{_POOLS.get(pool.name, pool.name.capitalize())}, this worker",
            f"{pool.taken} of {pool.total}" + (f", {pool.waiting} waiting" if pool.waiting else ""),
            is_bad=pool.waiting > 0,
        )
        for pool in load.pools
    ]
    facts.append(Fact("Waiting for the database, this worker", formats.count(work), work > 0))
    facts.append(Fact("Not stored yet", formats.count(sum(load.unstored.values()))))
    if pages := load.database_pool:
        waiting = f", {pages.waiting} waiting" if pages.waiting else ""
        text = f"{pages.used} of {pages.used + pages.idle}{waiting}"
        facts.append(Fact("Pages' database connections", text, pages.waiting > 0))
    return tuple(facts)


def _tiles(routes: Sequence[Route]) -> tuple[Tile, ...]:
    requests = sum(route.sums.requests for route in routes)
    refused = sum(route.sums.refused for route in routes)
    down = sum(route.sums.down for route in routes)
    share = formats.share(down / requests) if requests else ""
    return (
        Tile("Requests", ((formats.count(requests), ""),)),
        Tile("Refused", ((formats.count(refused), ""),), (Note("a status from 400 to 499"),)),
        Tile(
            "Failed",
            ((formats.count(down), ""),),
            (Note(f"{share} of all: no answer, or a status of 500 and more"),) if down else (),
            is_bad=down > 0,
        ),
    )
