"""Runs tests once more, on the other database."""

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from tests.live.storage import fresh_database, missing_programs
from tests.needs import need


def assert_passing(files: Iterable[Path]) -> None:
    missing = missing_programs()
    need(missing is None, missing or "")
    with fresh_database() as url:
        run = subprocess.run(
            [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *files],
            env={**os.environ, "TEST_DATABASE_URL": url},
            capture_output=True,
            text=True,
        )

    assert run.returncode == 0, run.stdout[-5_000:] + run.stderr[-1_000:]
