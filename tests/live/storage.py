"""Shared storage as a deployment with several workers has it: a PostgreSQL database and a Redis."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from uuid import uuid4

import psycopg
import redis

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
    """Yield DATABASE_URL and REDIS_URL of storage that nobody else uses, removed afterwards."""
    with fresh_database() as database_url, redis_server() as redis_url:
        yield {"DATABASE_URL": database_url, "REDIS_URL": redis_url}


@contextmanager
def fresh_database() -> Iterator[str]:
    name = f"hfmcp_test_{uuid4().hex[:12]}"
    with psycopg.connect(POSTGRES_URL, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        try:
            yield f"{POSTGRES_URL.rpartition('/')[0]}/{name}"
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def redis_server() -> Iterator[str]:
    """Run a Redis of one's own: its channels, unlike its keys, are shared by all its databases."""
    port = free_port()
    options = ["--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no"]
    process = subprocess.Popen(["redis-server", *options], stdout=subprocess.DEVNULL)
    try:
        url = f"redis://127.0.0.1:{port}/0"
        _wait_for(url)
        yield url
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(url: str) -> None:
    retry = redis.retry.Retry(redis.backoff.ConstantBackoff(0.05), 100)
    with suppress(redis.ResponseError), redis.Redis.from_url(url, retry=retry) as client:
        client.ping()
