"""Serves the product as tests do, but without the dashboard's counting: see benchmarks.watched."""

from dashboard.apps import DashboardConfig
from tests.live.__main__ import main

DashboardConfig.ready = lambda self: None  # type: ignore[method-assign]

if __name__ == "__main__":
    main()
