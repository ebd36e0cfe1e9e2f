"""How long something may take: "90", "5m", "1.5h". Pure: no I/O."""

import re

_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3_600, "d": 86_400}
_DURATION = re.compile(r"(\d{1,9}(?:\.\d{1,6})?)\s*([smhd]?)", re.ASCII)


def parse_duration(text: str) -> int:
    """Return seconds. Raises ValueError, whose message says what it should be."""
    found = _DURATION.fullmatch(text.strip().lower())
    seconds = int(float(found[1]) * _SECONDS[found[2]]) if found else 0
    if seconds < 1:
        raise ValueError("should be a duration such as '30s', '5m', '2h', '1d' or seconds")
    return seconds
