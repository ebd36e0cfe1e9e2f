"""What people do at the same moment, on the database that lets them."""

import os
import subprocess
import sys
from pathlib import Path

from tests.live.storage import fresh_database, missing_programs
from tests.needs import need

HERE = Path(__file__).parent
PROBES = [HERE / f"test_{name}.py" for name in ("first_sign_ins", "admins", "migrations")]


def test_every_probe_ends_the_same_on_postgresql():
    missing = missing_programs()
    need(missing is None, missing or "")
    with fresh_database() as url:
        run = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *PROBES],
            env={**os.environ, "TEST_DATABASE_URL": url},
            capture_output=True,
            text=True,
        )

    assert run.returncode == 0, run.stdout[-5_000:] + run.stderr[-1_000:]
