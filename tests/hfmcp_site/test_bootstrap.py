"""Secrets are made up for a server that has none, and never beside what older ones encrypted."""

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import environ
import psycopg
import pytest

from tests.live.storage import fresh_database, missing_programs
from tests.needs import need

RUN = """
import json, pathlib, sys
from hfmcp_site.bootstrap import SecretsLost, ensure_secrets
path, environment, database = json.loads(sys.argv[1])
try:
    print(json.dumps(ensure_secrets(pathlib.Path(path), environment, database)))
except SecretsLost as lost:
    print(json.dumps(str(lost)))
"""

TABLE = "CREATE TABLE accounts_hubcredential (id integer)"
ROW = "INSERT INTO accounts_hubcredential VALUES (1)"

BOTH = ["SECRET_KEY", "FIELD_ENCRYPTION_KEYS"]


@pytest.fixture
def env_file(tmp_path) -> Path:
    return tmp_path / ".env"


@pytest.fixture
def sqlite_file(tmp_path) -> Path:
    return tmp_path / "db.sqlite3"


def ensure(env_file: Path, database_url: str, **environment: str):
    database = None if not database_url else environ.Env.db_url_config(database_url)
    argument = json.dumps([str(env_file), environment, database])
    run = subprocess.run(
        [sys.executable, "-c", RUN, argument], capture_output=True, text=True, check=True
    )
    return json.loads(run.stdout)


def fill(sqlite_file: Path, *statements: str) -> str:
    with sqlite3.connect(sqlite_file) as database:
        for statement in statements:
            database.execute(statement)
    return f"sqlite:///{sqlite_file}"


def test_a_fresh_clone_gets_secrets_that_only_its_owner_reads(env_file, sqlite_file):
    assert ensure(env_file, f"sqlite:///{sqlite_file}") == BOTH
    assert os.stat(env_file).st_mode & 0o077 == 0
    assert not sqlite_file.exists()


def test_what_is_there_is_kept(env_file, sqlite_file):
    ensure(env_file, f"sqlite:///{sqlite_file}")
    before = env_file.read_text()

    assert ensure(env_file, f"sqlite:///{sqlite_file}") == []
    assert env_file.read_text() == before


def test_what_the_environment_says_is_not_made_up_besides(env_file, sqlite_file):
    made = ensure(env_file, f"sqlite:///{sqlite_file}", FIELD_ENCRYPTION_KEYS="k")

    assert made == ["SECRET_KEY"]


def test_an_empty_line_is_no_secret(env_file, sqlite_file):
    env_file.write_text("SECRET_KEY=\nLOG_LEVEL=INFO")

    assert ensure(env_file, f"sqlite:///{sqlite_file}") == BOTH
    lines = env_file.read_text().splitlines()
    assert "SECRET_KEY=" not in lines
    assert "LOG_LEVEL=INFO" in lines
    assert len(lines) == 3


def test_no_key_is_made_up_beside_stored_credentials(env_file, sqlite_file):
    answer = ensure(env_file, fill(sqlite_file, TABLE, ROW), SECRET_KEY="s")

    assert "FIELD_ENCRYPTION_KEYS should be set" in answer
    assert not env_file.exists()


def test_a_new_key_can_be_had_when_the_old_one_is_lost_for_good(env_file):
    assert ensure(env_file, "") == BOTH


@pytest.mark.parametrize("statements", [[], [TABLE]])
def test_a_database_without_credentials_may_get_a_new_key(env_file, sqlite_file, statements):
    assert ensure(env_file, fill(sqlite_file, *statements)) == BOTH


def test_no_key_is_made_up_for_a_database_that_does_not_answer(env_file):
    assert "cannot be asked" in ensure(env_file, "postgres://nobody@127.0.0.1:9/none")


def test_no_key_is_made_up_for_what_is_no_database(env_file, sqlite_file):
    sqlite_file.write_text("This is no database, whatever it is called. " * 50)

    assert "cannot be asked" in ensure(env_file, f"sqlite:///{sqlite_file}")


def test_no_key_is_made_up_beside_credentials_on_postgresql(env_file):
    missing = missing_programs()
    need(missing is None, missing or "")
    with fresh_database() as url:
        assert ensure(env_file, url, SECRET_KEY="s", FIELD_ENCRYPTION_KEYS="k") == []
        with psycopg.connect(url, autocommit=True) as server:
            server.execute(TABLE)
            server.execute(ROW)
        assert "holds credentials of people" in ensure(env_file, url)
