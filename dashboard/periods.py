"""Which rows of counts make up a range of time."""

from typing import TypeVar

from django.db.models import Model, Q, QuerySet

from dashboard.ranges import Range

M = TypeVar("M", bound=Model)


def counted(model: type[M], shown: Range) -> QuerySet[M]:
    """Return the rows that add up to a range: of each time, those of one step."""
    spans = Q(pk__in=())
    for step, start, end in shown.spans:
        spans |= Q(step_seconds=step, period__gte=start, period__lt=end)
    return model._default_manager.filter(spans).order_by()


def by_period(model: type[M], shown: Range) -> QuerySet[M]:
    """Return the rows of the range's own step, for its chart."""
    return model._default_manager.filter(
        step_seconds=shown.step_seconds, period__gte=shown.start, period__lt=shown.end
    ).order_by()
