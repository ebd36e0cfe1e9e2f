"""The lists of the dashboard: what there is of a kind, in an order, a page at a time. Synchronous,
as dashboard.reading.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Count, Max, Q, QuerySet, Sum, Window

from dashboard.counts import ClientCount, UsageCount
from mcpendpoint.protocol.records import ERRORS, Outcome

T = TypeVar("T")

Rows = QuerySet[Any]


@dataclass(frozen=True)
class Listing(Generic[T]):
    """What rows are grouped by, what is added up of each, and the orders they are to be had in."""

    names: tuple[str, ...]
    sums: Mapping[str, Any]
    orders: Mapping[str, str]
    """By the word in `?sort=`; the first is the usual one."""
    make: Callable[..., T]

    def biggest(self, rows: Rows, most: int) -> tuple[list[T], int]:
        return self.page(rows, next(iter(self.orders)), 0, most)

    def page(self, rows: Rows, order: str, offset: int, most: int) -> tuple[list[T], int]:
        """Return some of them, and how many there are in all: rows are read once for both. Beyond
        the last one there are none, and none is told of in all.
        """
        # Names last, so that pages neither overlap nor leave a row out.
        found = list(
            rows.values_list(*self.names)
            .annotate(**self.sums, all=Window(Count("*")))
            .order_by(self.orders[order], *self.names)[offset : offset + most]
        )
        return [self.make(*row[:-1]) for row in found], found[0][-1] if found else 0


_USAGE = {
    "total": Sum("count"),
    "error_total": Sum("errors"),
    "limited_total": Sum("limited"),
    "notified": Sum("notifications_sent"),
    "latest": Max("last_at"),
}
_ORDERS_OF_USAGE = {
    "calls": "-total",
    "errors": "-error_total",
    "last": "-latest",
}

CLIENTS = Listing(
    ("name", "version"),
    {
        **_USAGE,
        "calls_total": Sum("tool_calls"),
        "anonymous_total": Sum("anonymous"),
        "refused_total": Sum("refused"),
    },
    {"requests": "-total", "calls": "-calls_total", "errors": "-error_total", "last": "-latest"}
    | {"name": "name"},
    lambda name, version, total, errors, limited, notified, latest, calls, anonymous, refused: (
        ClientCount(name, version, total, calls, errors, anonymous, refused, latest)
    ),
)
TOOLS = Listing(
    ("tool", "space_id"),
    _USAGE,
    _ORDERS_OF_USAGE | {"name": "tool"},
    lambda tool, space_id, total, errors, limited, notified, latest: UsageCount(
        tool, space_id, total, errors, limited, notified, latest
    ),
)
SPACES = Listing(
    ("space_id",),
    _USAGE,
    _ORDERS_OF_USAGE | {"name": "space_id"},
    lambda space_id, total, errors, limited, notified, latest: UsageCount(
        "", space_id, total, errors, limited, notified, latest
    ),
)
METHODS = Listing(
    ("method",),
    {
        "total": Sum("count"),
        "error_total": Sum("count", filter=Q(outcome__in=ERRORS), default=0),
        "limited_total": Sum("count", filter=Q(outcome=Outcome.LIMITED), default=0),
        "notified": Sum("notifications_sent"),
        "latest": Max("last_at"),
    },
    _ORDERS_OF_USAGE | {"name": "method"},
    lambda method, total, errors, limited, notified, latest: UsageCount(
        method, "", total, errors, limited, notified, latest
    ),
)
"""Of TrafficCount, which tells outcomes apart, as MessageCount does."""
