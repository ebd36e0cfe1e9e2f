"""What `hfmcp serve` promises when it starts, when a worker dies, and when it is told to stop."""

import fcntl
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import psycopg
import pytest

from hfmcp_site.migration_lock import ADVISORY_LOCK
from tests import environment
from tests.live.migrated import make_database
from tests.live.storage import fresh_database, missing_programs
from tests.mcpendpoint.wire import request
from tests.needs import need
from tests.ports import free_port
from tests.standins.serve import ROOT

SERVE = [sys.executable, "-m", "hfmcp_site.serve"]
SEARCH = request("tools/call", {"name": "hub_repo_search", "arguments": {"query": "bert"}})
ENOUGH_SECONDS = 150


def env_of(folder):
    database = f"sqlite:///{folder}/db.sqlite3"
    return {**os.environ, **environment.SETTINGS, "DATABASE_URL": database}


@contextmanager
def serving(folder, *arguments, pass_fds=(), **values):
    """Run the command; yield its process and what it has said so far.

    A database that is not named is a migrated one: to make it takes most of the time of a start.
    """
    if "DATABASE_URL" not in values:
        make_database(folder / "db.sqlite3")
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [*SERVE, *arguments],
            cwd=ROOT,
            env=env_of(folder) | values,
            stdout=log,
            stderr=subprocess.STDOUT,
            pass_fds=pass_fds,
        )
    try:
        yield process, (folder / "log").read_text
    finally:
        process.terminate()
        process.wait(ENOUGH_SECONDS)


def eventually(is_so, what="It"):
    deadline = time.monotonic() + ENOUGH_SECONDS
    while not (found := is_so()):
        assert time.monotonic() < deadline, f"{what} did not happen."
        time.sleep(0.05)
    return found


def lives(url, **options):
    def ask():
        try:
            with httpx.Client(**options) as client:
                return client.get(f"{url}/healthz").status_code == 200
        except httpx.TransportError:
            return False

    return ask


@contextmanager
def slow_hub():
    """A Hub that answers when it is let; yields its URL, whether it was asked, and the let-go."""
    asked, answers = threading.Event(), threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):  # noqa: N802 - http.server's name
            asked.set()
            answers.wait(ENOUGH_SECONDS)
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(b"[]")

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked, answers
    finally:
        answers.set()
        server.shutdown()
        server.server_close()


def is_refused(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


@pytest.mark.parametrize("workers", [1, 2])
def test_a_call_that_runs_gets_its_answer_and_nobody_else_comes_in(tmp_path, workers):
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    arguments = ["--port", str(port), "--workers", str(workers)]
    with (
        slow_hub() as (hub, asked, answers),
        serving(tmp_path, *arguments, HF_ENDPOINT=hub) as (process, said),
        ThreadPoolExecutor(1) as threads,
    ):
        eventually(lives(url), "The start")
        call = threads.submit(httpx.post, f"{url}/mcp", json=SEARCH, timeout=ENOUGH_SECONDS)
        assert asked.wait(ENOUGH_SECONDS)
        process.send_signal(signal.SIGTERM)
        eventually(lambda: is_refused(port), "The end of listening")
        answers.set()

        assert call.result(ENOUGH_SECONDS).json()["result"]["content"]
        process.wait(ENOUGH_SECONDS)
        assert "Traceback" not in said()


def test_a_call_that_does_not_end_is_broken_off_in_time(tmp_path):
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with (
        slow_hub() as (hub, asked, _),
        serving(tmp_path, "--port", str(port), HF_ENDPOINT=hub, GRACEFUL_STOP_SECONDS="1") as (
            process,
            _,
        ),
        ThreadPoolExecutor(1) as threads,
    ):
        eventually(lives(url), "The start")
        threads.submit(httpx.post, f"{url}/mcp", json=SEARCH, timeout=ENOUGH_SECONDS)
        assert asked.wait(ENOUGH_SECONDS)
        process.send_signal(signal.SIGTERM)

        process.wait(10)  # the Hub itself would be waited for for 12


def test_a_worker_that_dies_is_replaced(tmp_path):
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with serving(tmp_path, "--port", str(port), "--workers", "2") as (_, said):
        pids = eventually(lambda: workers_in(said(), 2), "The start of two workers")
        os.kill(int(pids[0]), signal.SIGKILL)

        eventually(lambda: workers_in(said(), 3), "A third worker")
        assert lives(url)()


def workers_in(log, count):
    found = re.findall(r"Started server process \[(\d+)\]", log)
    return found if len(found) >= count else None


@pytest.mark.parametrize("workers", [1, 2])
def test_it_listens_on_a_unix_socket_also_where_one_was_left_behind(tmp_path, workers):
    path = tmp_path / "socket"
    with socket.socket(socket.AF_UNIX) as abandoned:
        abandoned.bind(str(path))
    arguments = ["--uds", str(path), "--workers", str(workers)]
    with serving(tmp_path, *arguments) as (process, _):
        eventually(lives("http://localhost", transport=httpx.HTTPTransport(uds=str(path))))
        process.terminate()
        process.wait(ENOUGH_SECONDS)

    assert not path.exists()


@pytest.mark.parametrize("workers", [1, 2])
def test_it_takes_over_a_socket_that_was_opened_for_it(tmp_path, workers):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        fd = listener.fileno()
        arguments = ["--fd", str(fd), "--workers", str(workers)]
        with serving(tmp_path, *arguments, pass_fds=[fd]):
            eventually(lives(url))


def test_a_port_that_is_taken_ends_the_start(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with serving(tmp_path, "--port", str(port)) as (process, said):
            assert process.wait(ENOUGH_SECONDS) == 1

    assert f"Cannot listen on 127.0.0.1:{port}" in said()


def test_it_waits_for_another_that_migrates_the_same_file(tmp_path):
    port = free_port()
    with (tmp_path / "db.sqlite3.migrating").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with serving(tmp_path, "--port", str(port)) as (_, said):
            eventually(lambda: "Another process migrates" in said())
            assert "Serving" not in said()
            fcntl.flock(file, fcntl.LOCK_UN)

            eventually(lives(f"http://127.0.0.1:{port}"))


def test_it_waits_for_another_that_migrates_the_same_postgresql(tmp_path):
    need(not (missing := missing_programs()), missing or "")
    port = free_port()
    with fresh_database() as database, psycopg.connect(database, autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [ADVISORY_LOCK])
        with serving(tmp_path, "--port", str(port), DATABASE_URL=database) as (_, said):
            eventually(lambda: "Another process migrates" in said())
            other.execute("SELECT pg_advisory_unlock(%s)", [ADVISORY_LOCK])

            eventually(lives(f"http://127.0.0.1:{port}"))


def test_two_that_start_at_once_on_an_empty_database_both_serve(tmp_path):
    need(not (missing := missing_programs()), missing or "")
    folders = [tmp_path / name for name in ("one", "other")]
    ports = [free_port(), free_port()]
    for folder in folders:
        folder.mkdir()
    with (
        fresh_database() as database,
        serving(folders[0], "--port", str(ports[0]), DATABASE_URL=database),
        serving(folders[1], "--port", str(ports[1]), DATABASE_URL=database),
    ):
        for port in ports:
            eventually(lives(f"http://127.0.0.1:{port}"))


def test_a_database_that_does_not_answer_ends_the_start_without_its_address(tmp_path):
    database = f"postgres://user:secret@127.0.0.1:{free_port()}/none"
    with serving(tmp_path, "--port", str(free_port()), DATABASE_URL=database) as (process, said):
        assert process.wait(ENOUGH_SECONDS) == 1

    assert "could not be migrated" in said()
    assert "secret" not in said()
