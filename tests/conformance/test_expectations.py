import pytest

from tests.conformance.expectations import FILE, read_expected, verdict
from tests.conformance.suite import Scenario

EXPECTED = {("2025-11-25", "tools-call-sampling"): "a reason"}


def scenario(name="tools-list", *, is_required=True, passed=2, failures=()):
    return Scenario("2025-11-25", name, is_required, passed, 0, tuple(failures))


@pytest.mark.parametrize(
    ("went", "word"),
    [
        (scenario(), "passed"),
        (scenario(failures=["no"]), "FAILED"),
        (scenario("tools-call-sampling", failures=["no"]), "failed as expected"),
        (scenario("tools-call-sampling"), "PASSED UNEXPECTEDLY"),
        (scenario(passed=0, is_required=False), "skipped"),
        (scenario(passed=0), "NOTHING CHECKED"),
    ],
)
def test_a_scenario_is_judged_by_what_was_expected_of_it(went, word):
    assert verdict(went, EXPECTED) == word


def test_every_expected_failure_has_a_reason():
    assert all(read_expected(FILE.read_text()).values())


def test_an_expected_failure_without_a_reason_is_refused():
    with pytest.raises(ValueError):
        read_expected("2025-11-25 tools-call-sampling")
