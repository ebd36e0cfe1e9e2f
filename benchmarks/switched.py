"""Serves the product as tests do, and can stop counting: see benchmarks.watched.

On SIGUSR1 neither the dashboard nor Prometheus counts, on SIGUSR2 both do again.
"""

import signal

from mcpendpoint.protocol import records
from tests.live.__main__ import main

_listeners = records._listeners


def count_nothing(*_: object) -> None:
    records._listeners = []


def count(*_: object) -> None:
    records._listeners = _listeners


if __name__ == "__main__":
    signal.signal(signal.SIGUSR1, count_nothing)
    signal.signal(signal.SIGUSR2, count)
    main()
