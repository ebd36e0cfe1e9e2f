"""Puts one server under load with wrk, and takes what that costs the server."""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.pinning import pinned
from benchmarks.scenarios import PATH, BadAnswer, Scenario
from benchmarks.servers import Server

_SCRIPT = Path(__file__).with_name("wrk.lua")


@dataclass(frozen=True)
class Round:
    requests_per_second: float
    p50_ms: float
    p99_ms: float
    cpu_seconds_per_1000: float
    rss_mb: float


def run_round(
    server: Server, scenario: Scenario, *, seconds: int, connections: int, core: int | None
) -> Round:
    """Raises BadAnswer when any request was not answered well."""
    cpu_before = server.cpu_seconds()
    said = _wrk(server.url + PATH, scenario, seconds, connections, core)
    cpu_seconds = server.cpu_seconds() - cpu_before
    if said["failed"] or said["refused"] or not said["requests"]:
        raise BadAnswer(f"{server.name}, {scenario.name}: {said}")
    scenario.check(server.url)
    return Round(
        requests_per_second=said["requests"] / said["seconds"],
        p50_ms=said["p50_ms"],
        p99_ms=said["p99_ms"],
        cpu_seconds_per_1000=cpu_seconds / said["requests"] * 1000,
        rss_mb=server.rss_mb(),
    )


def _wrk(
    url: str, scenario: Scenario, seconds: int, connections: int, core: int | None
) -> dict[str, Any]:
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s"]
    headers = "\n".join(f"{name}: {value}" for name, value in scenario.headers.items())
    run = subprocess.run(
        pinned([*command, "-s", str(_SCRIPT), url], core),
        env={**os.environ, "REQUEST_BODY": scenario.body, "REQUEST_HEADERS": headers},
        capture_output=True,
        text=True,
        check=False,
    )
    for line in reversed(run.stdout.splitlines()):
        if line.startswith("{"):
            said: dict[str, Any] = json.loads(line)
            return said
    raise BadAnswer(f"wrk said nothing of use:\n{run.stdout}{run.stderr}")
