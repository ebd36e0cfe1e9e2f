"""What docs/operating.md says of backups, done once: lose everything, and get it back."""

import os
import re
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests import environment
from tests.live.storage import fresh_database, missing_programs
from tests.needs import need
from tests.standins.serve import ROOT

COMMANDS = (ROOT / "docs" / "operating.md").read_text()

FILL = """
import django; django.setup()
from accounts.access_keys import create_access_key
from accounts.models import HubCredential
from accounts.people import HubTokenSet, Person, upsert_user
from mcpendpoint.files.storage import save_piece
token = HubTokenSet(HubCredential.Kind.TOKEN, "hf_of_ada")
user = upsert_user(Person("1" * 24, "ada"), token)
create_access_key(user, "laptop")
save_piece("a-file", b"content")
"""
LOOK = """
import django; django.setup()
from django.conf import settings
from accounts.models import User
user = User.objects.get(username="ada")
files = [file.read_text() for file in settings.FILES_DIRECTORY.rglob("*") if file.is_file()]
print(user.hub_credential.access_token, user.access_keys.get().name, *files)
"""


def run(command, env):
    ended = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def documented(heading):
    """Return the commands of a section, as somebody would paste them."""
    section = COMMANDS.partition(f"### {heading}\n")[2].partition("\n#")[0]
    return "set -e\n" + "\n".join(re.findall(r"^    (.*)$", section, re.M))


@contextmanager
def sqlite(folder):
    need(shutil.which("sqlite3"), "sqlite3 is not installed")
    folder.mkdir()
    yield f"sqlite:///{folder}/hfmcp.sqlite3"


@contextmanager
def postgresql(folder):
    need(shutil.which("pg_dump"), "pg_dump is not installed")
    need(not (missing := missing_programs()), missing or "")
    folder.mkdir()
    with fresh_database() as url:
        yield url


def env_of(url, folder, backup):
    settings = {"DATABASE_URL": url, "FILES_DIRECTORY": f"{folder}/files"}
    places = {"BACKUP": str(backup), "DATABASE": f"{folder}/hfmcp.sqlite3"}
    commands = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return {**os.environ, **environment.SETTINGS, **settings, **places, "PATH": commands}


@pytest.mark.parametrize(("database", "name"), [(sqlite, "SQLite"), (postgresql, "PostgreSQL")])
def test_what_is_backed_up_can_be_restored_somewhere_else(tmp_path, database, name):
    backup = tmp_path / "backup"
    backup.mkdir()
    with database(tmp_path / "one") as one, database(tmp_path / "other") as other:
        before = env_of(one, tmp_path / "one", backup)
        run([sys.executable, "manage.py", "migrate", "--verbosity", "0"], before)
        run([sys.executable, "-c", FILL], before)
        run(["sh", "-c", documented(f"Back up: {name}")], before)
        after = env_of(other, tmp_path / "other", backup)
        run(["sh", "-c", documented(f"Restore: {name}")], after)
        run([sys.executable, "manage.py", "migrate", "--verbosity", "0"], after)

        assert run([sys.executable, "-c", LOOK], after).split() == [
            "hf_of_ada",
            "laptop",
            "content",
        ]
