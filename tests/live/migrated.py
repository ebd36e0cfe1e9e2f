"""A database with all migrations, made once for all servers that begin with an empty one.

To migrate takes ten seconds, most of what it takes to start. Only SQLite's is kept: it is a file.
"""

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from hashlib import sha256
from importlib.metadata import distributions
from pathlib import Path

from tests.standins.serve import ROOT


def make_database(path: Path) -> None:
    """Make a migrated database where there is none."""
    template = _template()
    if not template.exists():
        _make(template)
    shutil.copyfile(template, path)


def _template() -> Path:
    """Return where the database of these very migrations is, or is to be."""
    digest = sha256()
    for app in ("accounts", "dashboard", "mcpendpoint"):
        for file in sorted((ROOT / app).rglob("migrations/*.py")):
            digest.update(str(file.relative_to(ROOT)).encode() + file.read_bytes())
    for file in sorted((ROOT / "accounts").glob("triggers*.py")):
        digest.update(file.read_bytes())  # which migrations use
    for name, version in sorted((each.name, each.version) for each in distributions()):
        digest.update(f"{name}={version}".encode())
    return Path(tempfile.gettempdir()) / f"hfmcp-migrated-{os.getuid()}-{digest.hexdigest()}"


def _make(template: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="hfmcp-migrated-") as folder:
        made, whole = Path(folder) / "made", template.with_name(f"{template.name}.{os.getpid()}")
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": f"sqlite:///{made}"},
            check=True,
        )
        with closing(sqlite3.connect(made)) as source, closing(sqlite3.connect(whole)) as copy:
            source.backup(copy)  # with what is in its log yet
    whole.rename(template)  # of several that made one at once, any will do
