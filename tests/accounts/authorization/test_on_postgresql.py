"""What the authorization server is asked that it should refuse, on the other database as well."""

import os
import subprocess
import sys
from pathlib import Path

from tests.live.storage import fresh_database, missing_programs
from tests.needs import need

HERE = Path(__file__).parent
PROBES = [
    HERE / f"test_{name}.py"
    for name in (
        "authorize",
        "client_documents",
        "connections",
        "document_fetching",
        "consent",
        "refresh",
        "registration",
        "revocation",
        "token",
        "tokens",
    )
]


def test_every_probe_ends_the_same_on_postgresql():
    missing = missing_programs()
    need(missing is None, missing or "")
    with fresh_database() as url:
        run = subprocess.run(
            [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *PROBES],
            env={**os.environ, "TEST_DATABASE_URL": url},
            capture_output=True,
            text=True,
        )

    assert run.returncode == 0, run.stdout[-5_000:] + run.stderr[-1_000:]
