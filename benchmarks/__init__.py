"""Ours and the reference server side by side: `python -m benchmarks`, or `make bench`."""
