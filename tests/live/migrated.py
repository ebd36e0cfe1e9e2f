"""A database with all migrations, made once for all servers that begin with an empty one.

To migrate takes ten seconds, most of what it takes to start. What is made is kept for later runs:
SQLite's as a file, PostgreSQL's as a template (`hfmcp_migrated_…`, which may be dropped).
"""

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from functools import cache
from hashlib import sha256
from importlib.metadata import distributions
from pathlib import Path

import psycopg
from psycopg.sql import SQL, Identifier

from tests.standins.serve import ROOT


def make_database(path: Path) -> None:
    """Make a migrated database where there is none."""
    template = Path(tempfile.gettempdir()) / f"hfmcp-migrated-{os.getuid()}-{_digest()}"
    if not template.exists():
        _make_file(template)
    shutil.copyfile(template, path)


def postgres_template(server_url: str) -> str:
    """Return the name of a migrated database that `CREATE DATABASE … TEMPLATE` may copy."""
    name = f"hfmcp_migrated_{_digest()}"
    with psycopg.connect(server_url, autocommit=True) as server:
        server.execute("SELECT pg_advisory_lock(hashtext(%s))", [name])
        if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            _make_on_postgresql(server, server_url, name)
    return name


@cache
def _digest() -> str:
    """Tell the databases of these very migrations from those of others."""
    digest = sha256()
    for app in ("accounts", "dashboard", "mcpendpoint"):
        for file in sorted((ROOT / app).rglob("migrations/*.py")):
            digest.update(str(file.relative_to(ROOT)).encode() + file.read_bytes())
    for file in sorted((ROOT / "accounts").glob("triggers*.py")):
        digest.update(file.read_bytes())  # which migrations use
    for name, version in sorted((each.name, each.version) for each in distributions()):
        digest.update(f"{name}={version}".encode())
    return digest.hexdigest()[:32]


def _make_file(template: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="hfmcp-migrated-") as folder:
        made, whole = Path(folder) / "made", template.with_name(f"{template.name}.{os.getpid()}")
        _migrate(f"sqlite:///{made}")
        with closing(sqlite3.connect(made)) as source, closing(sqlite3.connect(whole)) as copy:
            source.backup(copy)  # with what is in its log yet
    whole.rename(template)  # of several that made one at once, any will do


def _make_on_postgresql(server: psycopg.Connection, server_url: str, name: str) -> None:
    made = f"{name}_{os.getpid()}"
    server.execute(SQL("CREATE DATABASE {}").format(Identifier(made)))
    _migrate(f"{server_url.rpartition('/')[0]}/{made}")
    server.execute(SQL("ALTER DATABASE {} RENAME TO {}").format(Identifier(made), Identifier(name)))


def _migrate(database_url: str) -> None:
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": database_url},
        check=True,
    )
