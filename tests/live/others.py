"""How long those wait who ask as they should, each from an address of their own."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import httpx
import orjson

_numbers = count(1)
_PING = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
ROOT_OF_ADDRESSES = "2001:db8"


def waiting_times_ms(url: str, requests: int) -> list[float]:
    """Return how long each of some requests took, shortest first."""
    times = []
    with httpx.Client(trust_env=False, timeout=30) as client:
        for _ in range(requests):
            number = next(_numbers)
            address = f"{ROOT_OF_ADDRESSES}:{number >> 16:x}:{number & 0xFFFF:x}::1"
            started = time.perf_counter()
            answer = client.post(url, json=_PING, headers={"X-Forwarded-For": address})
            times.append((time.perf_counter() - started) * 1000)
            answer.raise_for_status()
    return sorted(times)


def p99(sorted_times: list[float]) -> float:
    return sorted_times[int(len(sorted_times) * 0.99)]


@contextmanager
def flood(url: str, connections: int, address: str = "203.0.113.66") -> Iterator[dict[str, int]]:
    """Run a client in a retry loop; afterwards the dict says how often it got which status."""
    command = [sys.executable, "-m", "tests.live.flood", url, address]
    program = subprocess.Popen(
        [*command, "--connections", str(connections)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    answers: dict[str, int] = {}
    try:
        yield answers
    finally:
        output, _ = program.communicate(timeout=30)
        answers.update(orjson.loads(output))
