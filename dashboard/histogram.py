"""Latencies as counts in log-spaced buckets, so that percentiles can be had over any range of time
and from any number of processes by adding counts up. Pure.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from math import ceil, log2

BUCKETS_PER_DOUBLING = 4
WIDTH = 2 ** (1 / BUCKETS_PER_DOUBLING)
"""A bucket's upper bound divided by its lower one: how far off a percentile can be."""

LOWEST_MS = 0.1
HIGHEST_MS = 3_600_000.0
LAST_BUCKET = ceil(log2(HIGHEST_MS / LOWEST_MS) * BUCKETS_PER_DOUBLING)


def bucket_of(duration_ms: float) -> int:
    """Return 0 for everything below LOWEST_MS, LAST_BUCKET for everything past HIGHEST_MS."""
    if duration_ms < LOWEST_MS:
        return 0
    if duration_ms >= HIGHEST_MS:
        return LAST_BUCKET
    return 1 + int(log2(duration_ms / LOWEST_MS) * BUCKETS_PER_DOUBLING)


def added_up(histograms: Iterable[Mapping[int, int]]) -> Mapping[int, int]:
    total: Counter[int] = Counter()
    for histogram in histograms:
        total.update(histogram)
    return total


def by_doubling(counts: Mapping[int, int]) -> list[tuple[float, float, int]]:
    """Return how many there are from one duration in ms to its double, without gaps between."""
    found: dict[int, int] = {}
    for bucket, count in counts.items():
        doubling = -(-bucket // BUCKETS_PER_DOUBLING)
        found[doubling] = found.get(doubling, 0) + count
    if not found:
        return []
    return [
        (
            LOWEST_MS * 2 ** (doubling - 1) if doubling else 0.0,
            LOWEST_MS * 2**doubling,
            found.get(doubling, 0),
        )
        for doubling in range(min(found), max(found) + 1)
    ]


def percentile(counts: Mapping[int, int], share: float) -> float | None:
    """Return the duration in ms that `share` (0 to 1) of all stay below; None without any."""
    rank = share * sum(counts.values())
    below = 0
    for bucket in sorted(counts):
        count = counts[bucket]
        if count and below + count >= rank:
            return _within(bucket, (rank - below) / count)
        below += count
    return None


def _within(bucket: int, fraction: float) -> float:
    if bucket == 0:
        return LOWEST_MS * fraction
    lower_ms = LOWEST_MS * 2 ** ((bucket - 1) / BUCKETS_PER_DOUBLING)
    return float(lower_ms * WIDTH**fraction)
