"""All clients, tools, Spaces and methods of a range of time, a page at a time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from dashboard.metrics import Method, clients_shown, methods_shown, tools_shown
from dashboard.models import ClientCount, ToolCount, TrafficCount
from dashboard.pages import page_of_the_dashboard, show, visit
from dashboard.periods import counted
from dashboard.ranges import Range
from dashboard.reading import (
    of_spaces,
    read_first_seen,
    read_method_latencies,
    read_protocols,
    read_space_latencies,
    read_tool_latencies,
)
from dashboard.reading_lists import CLIENTS, METHODS, SPACES, TOOLS, Listing
from dashboard.shown_lists import client_table, method_table, space_table, tool_table
from dashboard.tables import Table
from dashboard.unused_tools import unused_tools

ROWS = 50
LAST_PAGE = 10_000


@dataclass(frozen=True)
class List:
    listing: Listing[Any]
    rows: Callable[[Range], QuerySet[Any]]
    table: Callable[[Sequence[Any], int, Range], Table]


def _clients(rows: Sequence[Any], total: int, shown: Range) -> Table:
    protocols = read_protocols(shown, {row.name for row in rows})
    first_seen = read_first_seen((row.name, row.version) for row in rows)
    return client_table(clients_shown(rows, protocols, first_seen), total, shown)


def _tools(rows: Sequence[Any], total: int, shown: Range) -> Table:
    latencies = read_tool_latencies(shown, {row.name for row in rows})
    return tool_table(tools_shown(rows, latencies), total, shown)


def _spaces(rows: Sequence[Any], total: int, shown: Range) -> Table:
    latencies = read_space_latencies(shown, {row.space_id for row in rows})
    return space_table(tools_shown(rows, latencies), total, shown)


def _methods(rows: Sequence[Any], total: int, shown: Range) -> Table:
    methods: Sequence[Method] = methods_shown(rows, read_method_latencies(shown))
    return method_table(methods, total, shown)


LISTS = {
    "clients": List(CLIENTS, lambda shown: counted(ClientCount, shown), _clients),
    "tools": List(TOOLS, lambda shown: counted(ToolCount, shown), _tools),
    "spaces": List(SPACES, of_spaces, _spaces),
    "methods": List(METHODS, lambda shown: counted(TrafficCount, shown), _methods),
}


@page_of_the_dashboard
def all_of(request: HttpRequest, kind: str) -> HttpResponse:
    each = LISTS[kind]
    now = visit(request)
    rows = each.rows(now.shown)
    order, number = _order(request, each.listing), _number(request)
    found, total = each.listing.page(rows, order, (number - 1) * ROWS, ROWS)
    if not found and number > 1:
        number = 1
        found, total = each.listing.page(rows, order, 0, ROWS)
    table = each.table(found, total, now.shown)
    pages = -(-total // ROWS)
    context = {
        "table": table,
        "further": (unused_tools(now.shown),) if kind == "tools" else (),
        "order": order,
        "number": number,
        "pages": pages,
        "first": (number - 1) * ROWS + 1,
        "last": (number - 1) * ROWS + len(found),
        "previous": number - 1,
        "next": number + 1 if number < pages else 0,
    }
    return show(request, "dashboard/list.html", now, context)


def _order(request: HttpRequest, listing: Listing[Any]) -> str:
    asked = request.GET.get("sort", "")
    return asked if asked in listing.orders else next(iter(listing.orders))


def _number(request: HttpRequest) -> int:
    text = request.GET.get("page", "1")
    asked = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1
    return max(1, min(asked, LAST_PAGE))
