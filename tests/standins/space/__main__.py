"""Starts the stand-in Spaces in their own environment (see tests/virtualenvs.py)."""

import os
import sys

from tests.virtualenvs import OFFLINE, STANDIN

if not STANDIN.is_installed:
    sys.exit("Run `python -m tests.virtualenvs` first.")
os.execve(
    STANDIN.python,
    [str(STANDIN.python), "-m", "tests.standins.space.front", *sys.argv[1:]],
    {**os.environ, **OFFLINE},
)
