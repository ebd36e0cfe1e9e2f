"""Ports for servers that must know each other before they start."""

import random
import socket
import time

# Below the range that the system hands out by itself, so that nobody takes the port in between.
_RANGE = range(20_001, 32_000)


def free_port() -> int:
    for _ in range(100):
        port = random.SystemRandom().choice(_RANGE)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
    raise RuntimeError("No free port found.")


def wait_for_port(port: int, seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise RuntimeError(f"Nobody listens at port {port}.")
