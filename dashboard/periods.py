"""Which rows of counts make up a range of time, and how those of one step are told apart."""

from collections import defaultdict
from typing import Any, TypeVar

from django.db.models import BigIntegerField, Func, Model, Q, QuerySet, Sum

from dashboard.counts import Histograms
from dashboard.ranges import Range

M = TypeVar("M", bound=Model)


class _Integer:
    """Taken as the database gives it: to look at each again takes longer than to read it, and a
    year of latencies has 15,000.
    """

    output_field = BigIntegerField()

    def get_db_converters(self, connection: Any) -> list[Any]:
        return []


class _Epoch(_Integer, Func):
    """A time as whole seconds since the epoch. Django reads a time of PostgreSQL's in 6 µs."""

    template = "EXTRACT(EPOCH FROM %(expressions)s)::bigint"

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        # Twice doubled: for this template, and for the statement that has parameters.
        context["template"] = "CAST(strftime('%%%%s', %(expressions)s) AS INTEGER)"
        return super().as_sql(compiler, connection, **context)


class _Total(_Integer, Sum):
    """A sum, which PostgreSQL makes a decimal number where there were none."""

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        sql, params = super().as_sql(compiler, connection, **context)
        return f"{sql}::bigint", params


def counted(model: type[M], shown: Range) -> QuerySet[M]:
    """Return the rows that add up to a range: of each time, those of one step."""
    spans = Q(pk__in=())
    for step, start, end in shown.spans:
        spans |= Q(step_seconds=step, period__gte=start, period__lt=end)
    return model._default_manager.filter(spans).order_by()


def by_period(model: type[M], shown: Range) -> QuerySet[M]:
    """Return the rows of the range's own step, for its chart.

    Each period by its name: of a span of time PostgreSQL expects as many rows as there are of all
    steps together, and reads the table whole.
    """
    return model._default_manager.filter(
        step_seconds=shown.step_seconds, period__in=shown.periods
    ).order_by()


def latencies_by_period(model: type[Model], shown: Range, **which: str) -> Histograms:
    """Return the histogram of each step of a range that has one."""
    at = {int(period.timestamp()): period for period in shown.periods}
    rows = by_period(model, shown).filter(**which)
    found: dict[int, dict[int, int]] = defaultdict(dict)
    for second, bucket, count in rows.values_list(_Epoch("period"), "bucket").annotate(
        total=_Total("count")
    ):
        found[second][bucket] = count
    return {at[second]: histogram for second, histogram in found.items()}
