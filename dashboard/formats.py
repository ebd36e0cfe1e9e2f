"""How the dashboard writes numbers, durations and times. Pure."""

from datetime import datetime


def count(value: float) -> str:
    """Write 1234 as 1,234 and 12345678 as 12.3 M."""
    if value >= 10_000_000:
        return f"{value / 1_000_000:,.1f} M"
    digits = 1 if value < 100 else 0
    return f"{value:,.{digits}f}".removesuffix(".0")


def share(value: float) -> str:
    """Write 0.0213 as 2.1 %, and what is not nothing never as nothing."""
    if 0 < value < 0.001:
        return "< 0.1 %"
    return f"{value * 100:.1f} %" if value else "0 %"


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


def size(value: float) -> str:
    """Write a number of bytes in kB or MB of a thousand, as the Hub does."""
    if value < 1_000:
        return f"{value:.0f} B"
    for unit in ("kB", "MB", "GB"):
        value /= 1_000
        if value < 1_000:
            return f"{value:.1f} {unit}" if value < 10 else f"{value:.0f} {unit}"
    return f"{value / 1_000:,.1f} TB"


def change(now: float, before: float) -> str:
    """Write how much more or less something is than it was, "" where that says nothing."""
    if not before:
        return ""
    ratio = now / before - 1
    if abs(ratio) < 0.005:
        return "as before"
    if ratio >= 9:
        return f"{now / before:.0f} times as much as before"
    return f"{abs(ratio) * 100:.0f} % {'more' if ratio > 0 else 'less'} than before"


def moment(at: datetime) -> str:
    """Write a time in the zone that it is in."""
    return f"{at:%Y-%m-%d %H:%M:%S}"
