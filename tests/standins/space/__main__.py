"""Starts the stand-in Spaces in their own environment (see environment.py)."""

import os
import sys

from tests.standins.space.environment import PYTHON, is_installed

# Gradio must not ask the internet for anything.
OFFLINE = {
    "GRADIO_ANALYTICS_ENABLED": "False",
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
}

if not is_installed():
    sys.exit("Run `python -m tests.standins.space.environment` first.")
os.execve(
    PYTHON,
    [str(PYTHON), "-m", "tests.standins.space.front", *sys.argv[1:]],
    {**os.environ, **OFFLINE},
)
