"""`make conformance`: the official suite on our endpoint code, in both protocol eras.

Ends with 1 on a scenario that fails without being expected to, or passes although it is.
"""

import os
import sys

from tests.conformance import authorization
from tests.conformance.expectations import FILE, Expected, read_expected, verdict
from tests.conformance.suite import REVISIONS, Scenario, missing_program, run
from tests.environment import SETTINGS
from tests.standins.serve import start

IN_ORDER = {"passed", "skipped", "failed as expected"}


def main() -> int:
    if missing := missing_program():
        print(f"The conformance suite cannot run: {missing}.")
        return 1 if os.environ.get("CI") == "true" else 0
    expected = read_expected(FILE.read_text())
    with start("tests.conformance.app", env=SETTINGS) as server:
        scenarios = [scenario for revision in REVISIONS for scenario in run(server.url, revision)]
    scenarios += authorization.run()
    for scenario in sorted(scenarios, key=_order):
        _print(scenario, expected)
    _print_totals(scenarios)
    is_in_order = all(verdict(scenario, expected) in IN_ORDER for scenario in scenarios)
    return 0 if is_in_order else 1


def _order(scenario: Scenario) -> tuple[int, bool, str]:
    return REVISIONS.index(scenario.revision), not scenario.is_required, scenario.name


def _print(scenario: Scenario, expected: Expected) -> None:
    kind = "required" if scenario.is_required else "optional"
    word = verdict(scenario, expected)
    print(f"{scenario.revision}  {kind}  {scenario.name:48} {scenario.passed:3} checks  {word}")
    if word == "failed as expected":
        print(f"{'':24}{expected[scenario.revision, scenario.name]}")
    elif word not in IN_ORDER:
        print("".join(f"{'':24}{failure}\n" for failure in scenario.failures), end="")


def _print_totals(scenarios: list[Scenario]) -> None:
    for revision in REVISIONS:
        required = [s for s in scenarios if s.revision == revision and s.is_required]
        passed = sum(not s.has_failed and not s.was_skipped for s in required)
        print(f"{revision}: {passed} of {len(required)} required scenarios pass.")


if __name__ == "__main__":
    sys.exit(main())
