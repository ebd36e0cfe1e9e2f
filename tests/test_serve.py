"""How the site is started, and what is logged by whichever server runs it."""

import os
import subprocess
import sys
import time
from contextlib import contextmanager

import httpx
import pytest

from tests import environment
from tests.live.listening import END, begin_session, get_stream, listen
from tests.live.migrated import make_database
from tests.ports import free_port
from tests.standins.serve import ROOT

CODE, TOKEN = "a-code-that-signs-in", "hfmcp_a-token-that-opens-all"
PATH = f"/accounts/huggingface/login/callback/?code={CODE}&state=x"


def env_for(folder, **values):
    database = f"sqlite:///{folder}/db.sqlite3"
    return {**os.environ, **environment.SETTINGS, "DATABASE_URL": database, **values}


def run(env, *command):
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=env, capture_output=True, text=True
    )


@contextmanager
def served(folder, port, *command, **values):
    env = env_for(folder, PORT=str(port), **values)
    make_database(folder / "db.sqlite3")
    with (folder / "log").open("w+") as log:
        process = subprocess.Popen(
            [sys.executable, *command], cwd=ROOT, env=env, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            wait_for(port, process)
            yield lambda: (folder / "log").read_text()
        finally:
            process.terminate()
            process.wait(20)


def wait_for(port, process):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            httpx.get(f"http://127.0.0.1:{port}/.well-known/oauth-authorization-server")
            return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError("It did not start.")


@pytest.mark.parametrize("flags", [[], ["--log-level", "trace"]])
def test_plain_uvicorn_logs_no_query_no_address_and_no_token(tmp_path, flags):
    port = free_port()
    command = ["-m", "uvicorn", "hfmcp_site.asgi:application", "--port", str(port), *flags]
    with served(tmp_path, port, *command) as log:
        base = f"http://127.0.0.1:{port}"
        httpx.get(base + PATH)
        httpx.get(f"{base}/dashboard/?token={TOKEN}", headers={"Authorization": f"Bearer {TOKEN}"})
        httpx.post(
            f"{base}/mcp?x={CODE}", content=b"{}", headers={"X-Forwarded-For": "203.0.113.9"}
        )
        said = log()

    assert "GET /accounts/huggingface/login/callback/ HTTP" in said
    assert '- "GET' in said  # where the address would be
    assert not [secret for secret in (CODE, TOKEN, "203.0.113.9") if secret in said]


def test_a_server_that_stops_ends_its_streams(tmp_path):
    port = free_port()
    url = f"http://127.0.0.1:{port}/mcp"
    with served(tmp_path, port, "-m", "hfmcp_site.serve", "--port", str(port)) as log:
        stream, subscription = get_stream(url, begin_session(url)), listen(url)
        subscription.next()
        stopped_at = time.monotonic()

    assert (stream.next(), subscription.next()["id"], subscription.next()) == (END, "listen:0", END)
    assert time.monotonic() - stopped_at < 10
    assert "Traceback" not in log()


def test_several_workers_serve_and_end_their_streams(tmp_path):
    port = free_port()
    url = f"http://127.0.0.1:{port}/mcp"
    command = ["-m", "hfmcp_site.serve", "--port", str(port), "--workers", "2"]
    with served(tmp_path, port, *command) as log:
        streams = [listen(url) for _ in range(4)]
        for stream in streams:
            stream.next()

    assert [stream.next()["id"] for stream in streams] == ["listen:0"] * 4
    assert "Traceback" not in log()


def test_our_command_serves_without_a_word_of_any_request(tmp_path):
    port = free_port()
    with served(tmp_path, port, "-m", "hfmcp_site.serve", "--port", str(port)) as log:
        answer = httpx.get(f"http://127.0.0.1:{port}{PATH}")
        said = log()

    assert "server" not in answer.headers
    assert "HTTP/1.1" not in said
    assert CODE not in said


def test_an_empty_database_that_is_not_migrated_ends_the_start_with_the_remedy(tmp_path):
    command = ("-m", "hfmcp_site.serve", "--no-migrate", "--port", str(free_port()))

    ended = run(env_for(tmp_path), *command)

    assert ended.returncode != 0
    assert "manage.py migrate" in ended.stderr


def test_a_wrong_setting_ends_the_start(tmp_path):
    ended = run(env_for(tmp_path, DISABLE_TOOLS="hf_jbos"), "-m", "hfmcp_site.serve")

    assert ended.returncode != 0
    assert "DISABLE_TOOLS should be names of tools" in ended.stderr


def counted(url):
    """Return how many pings there were, as one of the workers says."""
    text = httpx.get(f"{url}/metrics").text
    lines = [line for line in text.splitlines() if line.startswith("hfmcp_requests_total")]
    return sum(float(line.rpartition(" ")[2]) for line in lines if 'method="ping"' in line)


def test_workers_tell_the_sum_of_what_all_of_them_count(tmp_path):
    port, folders = free_port(), tmp_path / "folders"
    folders.mkdir()
    url = f"http://127.0.0.1:{port}"
    command = ("-m", "hfmcp_site.serve", "--workers", "2")
    with served(tmp_path, port, *command, TMPDIR=str(folders)) as log:
        for _ in range(30):  # on connections of their own
            httpx.post(f"{url}/mcp", json={"jsonrpc": "2.0", "id": 1, "method": "ping"})

        until = time.monotonic() + 5
        while {counted(url) for _ in range(10)} != {30}:
            assert time.monotonic() < until
        shared = [folder for folder in folders.iterdir() if folder.name.startswith("hfmcp-metrics")]
        assert len({file.name.split("_")[-1] for file in shared[0].glob("counter_*")}) == 2
    assert "Traceback" not in log()
    assert not shared[0].exists()
