import random
from collections import Counter

import pytest

from dashboard.histogram import LAST_BUCKET, LOWEST_MS, WIDTH, bucket_of, percentile

SHARES = (0.5, 0.95, 0.99)


def exact(durations, share):
    return sorted(durations)[max(0, round(share * len(durations)) - 1)]


@pytest.mark.parametrize("spread", [0.3, 1.0, 2.5])
def test_percentiles_are_within_a_bucket_of_the_exact_ones(spread):
    chance = random.Random(7)
    durations = [chance.lognormvariate(3, spread) for _ in range(5_000)]

    counts = Counter(map(bucket_of, durations))

    for share in SHARES:
        ratio = percentile(counts, share) / exact(durations, share)
        assert 1 / WIDTH / 1.02 < ratio < WIDTH * 1.02


def test_percentiles_of_added_histograms_are_those_of_all_durations_together():
    chance = random.Random(11)
    one = Counter(bucket_of(chance.lognormvariate(1, 1)) for _ in range(1_000))
    other = Counter(bucket_of(chance.lognormvariate(6, 1)) for _ in range(3_000))

    together = one + other

    assert percentile(together, 0.1) < percentile(one, 0.99)
    assert percentile(one, 0.5) < percentile(together, 0.5) < percentile(other, 0.5)


def test_percentiles_never_fall_as_the_share_grows():
    chance = random.Random(3)
    counts = Counter(bucket_of(chance.expovariate(0.01)) for _ in range(500))

    values = [percentile(counts, share / 100) for share in range(1, 101)]

    assert values == sorted(values)


def test_nothing_measured_has_no_percentile():
    assert percentile({}, 0.5) is None


@pytest.mark.parametrize(
    ("duration_ms", "bucket"), [(0, 0), (LOWEST_MS / 2, 0), (LOWEST_MS, 1), (1e12, LAST_BUCKET)]
)
def test_durations_out_of_scale_land_in_the_outermost_buckets(duration_ms, bucket):
    assert bucket_of(duration_ms) == bucket
