"""A database with all migrations, made once for all products that begin with an empty one.

To migrate takes ten seconds, most of what it takes to start. Only SQLite's is kept: it is a file.
"""

import os
import shutil
import sqlite3
import tempfile
from contextlib import closing
from hashlib import sha256
from importlib.metadata import distributions
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from tests.standins.serve import ROOT


def migrate() -> None:
    """Bring the database of the settings up to date."""
    target = _new_file()
    template = _template() if target else None
    if target and template and template.exists():
        shutil.copyfile(template, target)
        return
    call_command("migrate", verbosity=0)
    if template:
        _keep(template)


def _new_file() -> Path | None:
    """Return where a database is to be made, if it is one in a file that is not there yet."""
    database = settings.DATABASES["default"]
    path = Path(str(database.get("NAME", "")))
    is_new = database["ENGINE"].endswith("sqlite3") and path.is_absolute() and not path.exists()
    return path if is_new else None


def _template() -> Path:
    """Return where the database of these very migrations is, or is to be."""
    digest = sha256()
    for app in ("accounts", "dashboard", "mcpendpoint"):
        for file in sorted((ROOT / app).rglob("migrations/*.py")):
            digest.update(str(file.relative_to(ROOT)).encode() + file.read_bytes())
    for file in (ROOT / "accounts").glob("triggers*.py"):
        digest.update(file.read_bytes())  # which migrations use
    for name, version in sorted((each.name, each.version) for each in distributions()):
        digest.update(f"{name}={version}".encode())
    return Path(tempfile.gettempdir()) / f"hfmcp-migrated-{os.getuid()}-{digest.hexdigest()}"


def _keep(template: Path) -> None:
    made = template.with_name(f"{template.name}.{os.getpid()}")
    connection.ensure_connection()
    with closing(sqlite3.connect(made)) as copy:
        connection.connection.backup(copy)
    made.rename(template)  # of several that made one at once, any will do
