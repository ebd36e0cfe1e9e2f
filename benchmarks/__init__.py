"""Ours and the reference server side by side: `python -m benchmarks`, or `make bench`."""

HUB_SECONDS = 0.05
"""How long the stand-in Hub takes to answer: the real one is farther away."""
