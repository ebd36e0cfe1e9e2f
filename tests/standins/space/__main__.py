"""Starts the stand-in Spaces in their own environment (see environment.py)."""

import os
import sys

from tests.standins.space.environment import OFFLINE, STANDIN

if not STANDIN.is_installed:
    sys.exit("Run `python -m tests.standins.space.environment` first.")
os.execve(
    STANDIN.python,
    [str(STANDIN.python), "-m", "tests.standins.space.front", *sys.argv[1:]],
    {**os.environ, **OFFLINE},
)
