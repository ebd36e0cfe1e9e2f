"""How the dashboard writes numbers, durations and times."""

from datetime import datetime

from django import template

register = template.Library()

_UNITS = (("d", 86_400), ("h", 3_600), ("min", 60))


@register.filter
def count(value: float) -> str:
    """Write 1234 as 1,234 and 12345678 as 12.3 M."""
    if value >= 10_000_000:
        return f"{value / 1_000_000:,.1f} M"
    digits = 1 if value < 100 else 0
    return f"{value:,.{digits}f}".removesuffix(".0")


@register.filter
def share(value: float) -> str:
    """Write 0.0213 as 2.1 %, and what is not nothing never as nothing."""
    if 0 < value < 0.001:
        return "< 0.1 %"
    return f"{value * 100:.1f} %" if value else "0 %"


@register.filter
def milliseconds(value: float | None) -> str:
    """Write a duration with two or three significant figures, in ms, s or min."""
    if value is None:
        return "–"
    if value < 10:
        return f"{value:.1f} ms"
    if value < 1_000:
        return f"{value:.0f} ms"
    if value < 60_000:
        return f"{value / 1_000:.1f} s"
    return f"{value / 60_000:.1f} min"


@register.filter
def ago(then: datetime, now: datetime) -> str:
    """Write how long before `now` something was."""
    seconds = int((now - then).total_seconds())
    for unit, length in _UNITS:
        if seconds >= length:
            return f"{seconds // length} {unit} ago"
    return "just now" if seconds < 5 else f"{seconds} s ago"
