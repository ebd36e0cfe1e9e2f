"""Which scenarios are known to fail, each with its reason: expected_failures.txt."""

from pathlib import Path

from tests.conformance.suite import Scenario

FILE = Path(__file__).with_name("expected_failures.txt")

Expected = dict[tuple[str, str], str]


def read_expected(text: str) -> Expected:
    """Read lines of `revision scenario reason`; raises ValueError for one without a reason."""
    expected: Expected = {}
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        revision, scenario, reason = line.split(maxsplit=2)
        expected[revision, scenario] = reason
    return expected


def verdict(scenario: Scenario, expected: Expected) -> str:
    """Return one of: passed, skipped, failed as expected, FAILED, NOTHING CHECKED,
    PASSED UNEXPECTEDLY."""
    is_expected = (scenario.revision, scenario.name) in expected
    if scenario.has_failed:
        return "failed as expected" if is_expected else "FAILED"
    if scenario.was_skipped:
        return "NOTHING CHECKED" if scenario.is_required else "skipped"
    return "PASSED UNEXPECTEDLY" if is_expected else "passed"
