"""Shared storage of several workers, as a deployment has it: PostgreSQL, Redis and a folder."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol
from uuid import uuid4

import psycopg
import redis

from tests.live.migrated import postgres_template
from tests.ports import free_port

POSTGRES_URL = os.environ.get("TEST_POSTGRES_URL", "postgres://postgres@127.0.0.1:5432/postgres")


def missing_programs() -> str | None:
    """Say what a machine lacks for this storage, or None."""
    if shutil.which("redis-server") is None:
        return "redis-server is not installed"
    try:
        psycopg.connect(POSTGRES_URL, connect_timeout=3).close()
    except psycopg.OperationalError:
        return "PostgreSQL does not answer (TEST_POSTGRES_URL says where it is)"
    return None


@contextmanager
def fresh_storage() -> Iterator[dict[str, str]]:
    """Yield the settings of storage that nobody else uses, removed afterwards."""
    with (
        migrated_database() as database_url,
        redis_server() as redis_url,
        tempfile.TemporaryDirectory(prefix="hfmcp-files-") as folder,
    ):
        yield {"DATABASE_URL": database_url, "REDIS_URL": redis_url, "FILES_DIRECTORY": folder}


@contextmanager
def migrated_database() -> Iterator[str]:
    with fresh_database(postgres_template(POSTGRES_URL)) as url:
        yield url


@contextmanager
def fresh_database(template: str = "template1") -> Iterator[str]:
    """Yield the address of a database that is empty, or what the template is."""
    name = f"hfmcp_test_{uuid4().hex[:12]}"
    with psycopg.connect(POSTGRES_URL, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            yield f"{POSTGRES_URL.rpartition('/')[0]}/{name}"
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def redis_server() -> Iterator[str]:
    """Run a Redis of one's own: its channels, unlike its keys, are shared by all its databases."""
    with stoppable_redis() as server:
        yield server.url


class Stoppable(Protocol):
    """A server that a test takes away for a while; it comes back at the same address."""

    url: str

    def start(self) -> None: ...

    def stop(self) -> None: ...


class _Redis:
    def __init__(self) -> None:
        port = free_port()
        self.url = f"redis://127.0.0.1:{port}/0"
        options = ["--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no"]
        self._command = ["redis-server", *options]

    def start(self) -> None:
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)
        _wait_for(self.url)

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(10)


@contextmanager
def stoppable_redis() -> Iterator[Stoppable]:
    server = _Redis()
    server.start()
    try:
        yield server
    finally:
        server.stop()


class _Postgres:
    def __init__(self, folder: Path) -> None:
        port = free_port()
        self.url = f"postgres://postgres@127.0.0.1:{port}/postgres"
        # It refuses to run as root; without durability it is made in half the time.
        self._as_owner = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        self._data = folder / "data"
        self._options = f"-p {port} -c listen_addresses=127.0.0.1 -k {folder} -c fsync=off"
        self._run("initdb", "-U", "postgres", "-A", "trust", "--no-sync")

    def start(self) -> None:
        self._run("pg_ctl", "-w", "-o", self._options, "-l", str(self._data / "log"), "start")

    def stop(self) -> None:
        """Crash, in effect: connections break, and what was open is rolled back."""
        self._run("pg_ctl", "-w", "-m", "immediate", "stop")

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self._as_owner, postgres_program(program), "-D", str(self._data), *arguments]
        subprocess.run(command, cwd="/", check=True, stdout=subprocess.DEVNULL)


def postgres_program(name: str) -> str:
    """Return where a program of PostgreSQL's server is, or ""; Debian keeps it off PATH."""
    installed = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return shutil.which(name) or (str(installed[-1]) if installed else "")


@contextmanager
def stoppable_postgres() -> Iterator[Stoppable]:
    with tempfile.TemporaryDirectory(prefix="hfmcp-pg-") as name:
        folder = Path(name)
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        server = _Postgres(folder)
        server.start()
        try:
            yield server
        finally:
            server.stop()


def _wait_for(url: str) -> None:
    retry = redis.retry.Retry(redis.backoff.ConstantBackoff(0.05), 100)
    with suppress(redis.ResponseError), redis.Redis.from_url(url, retry=retry) as client:
        client.ping()
