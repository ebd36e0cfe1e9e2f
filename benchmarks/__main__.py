"""Measures ours against the reference server: one process each, the same requests, in turns."""

import argparse
import json
import shutil
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from benchmarks import HUB_SECONDS
from benchmarks.load import Round, run_round
from benchmarks.pinning import cores
from benchmarks.report import Outcome, as_json, table
from benchmarks.scenarios import SCENARIOS, BadAnswer, Scenario
from benchmarks.servers import REFERENCE, NotStarted, Server, ours, reference
from tests.standins.hub.control import HubControl
from tests.standins.serve import start


def main() -> int:
    options = _options()
    if missing := _missing():
        print("Cannot measure without " + ", ".join(missing) + ".", file=sys.stderr)
        return 2
    server_core, load_core = cores()
    with ExitStack() as running:
        try:
            first = SCENARIOS[0]
            hub = running.enter_context(start("tests.standins.hub"))
            HubControl(hub.url).misbehave("^/", delay=HUB_SECONDS)
            servers = [
                running.enter_context(run(first, hub.url, server_core)) for run in (ours, reference)
            ]
            for server in servers:
                for scenario in SCENARIOS:
                    scenario.check(server.url)
            outcomes = [_measure(servers, scenario, options, load_core) for scenario in SCENARIOS]
        except (BadAnswer, NotStarted) as error:
            print(error, file=sys.stderr)
            return 1
    where = "any core" if server_core is None else f"core {server_core}, wrk on {load_core}"
    print(
        f"\nMedian of {options.rounds} rounds of {options.seconds} s (lowest to highest), "
        f"{options.connections} connections, servers on {where}.\n"
    )
    print(table(outcomes))
    if options.json:
        options.json.write_text(json.dumps(as_json(outcomes), indent=2) + "\n")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="rounds a server and scenario (5)")
    parser.add_argument("--seconds", type=int, default=5, help="length of a round (5)")
    parser.add_argument("--warm-up", type=int, default=5, help="seconds of load before them (5)")
    parser.add_argument("--connections", type=int, default=16, help="at a time (16)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every figure here too")
    return parser.parse_args()


def _missing() -> list[str]:
    """Say what this machine lacks."""
    missing = []
    if not Path("/proc/self/stat").exists():
        missing.append("Linux's /proc")
    if shutil.which("wrk") is None:
        missing.append("wrk (apt install wrk)")
    if shutil.which("node") is None:
        missing.append("Node 20 or newer")
    if not REFERENCE.exists():
        missing.append("the reference server (cd tests/node && npm ci)")
    return missing


def _measure(
    servers: Sequence[Server], scenario: Scenario, options: argparse.Namespace, core: int | None
) -> Outcome:
    print(f"{scenario.name} ({scenario.version}) ...", file=sys.stderr)

    def load(server: Server, seconds: int) -> Round:
        return run_round(
            server, scenario, seconds=seconds, connections=options.connections, core=core
        )

    for server in servers:
        load(server, options.warm_up)
    rounds: dict[str, list[Round]] = {server.name: [] for server in servers}
    for _ in range(options.rounds):
        for server in servers:
            rounds[server.name].append(load(server, options.seconds))
    return Outcome(scenario, rounds)


if __name__ == "__main__":
    sys.exit(main())
