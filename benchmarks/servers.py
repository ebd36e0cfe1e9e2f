"""Starts the two servers, one process each, and reads from /proc what they use."""

import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from cryptography.fernet import Fernet

from benchmarks.pinning import pinned
from benchmarks.scenarios import Scenario
from tests.ports import free_port
from tests.unlimited import NO_LIMITS

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = ROOT / "tests/node/node_modules/@llmindset/hf-mcp-server/dist/server/streamableHttp.js"
REDIRECT = ROOT / "tests/parity/redirect.mjs"
NOBODY = "http://127.0.0.1:9"
START_SECONDS = 60
STOP_SECONDS = 10

_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


class NotStarted(RuntimeError):
    """The server ended, or did not answer, or the database could not be made."""


@dataclass(frozen=True)
class Server:
    name: str
    url: str
    pid: int

    def cpu_seconds(self) -> float:
        """Return what the process, its children and those that ended have used so far."""
        ticks = sum(sum(map(int, _stat(pid)[11:15])) for pid in _family(self.pid))
        return ticks / _TICKS_PER_SECOND

    def rss_mb(self) -> float:
        pages = sum(int(_stat(pid)[21]) for pid in _family(self.pid))
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _stat(pid: int) -> list[str]:
    """Return the fields of /proc/<pid>/stat from "state" on, which is field 3 in proc(5)."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _family(pid: int) -> Iterator[int]:
    yield pid
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in children.read_text().split():
            yield from _family(int(child))


@contextmanager
def reference(scenario: Scenario, hub_url: str, core: int | None) -> Iterator[Server]:
    """Run the npm package with its own defaults, but that it finds the Hub at `hub_url`."""
    port = free_port()
    command = ["node", "--import", str(REDIRECT), str(REFERENCE), "--port", str(port)]
    env = {"NODE_ENV": "production", "HF_ENDPOINT": hub_url}
    with _serve("reference", command, port, env, scenario, core) as server:
        yield server


@contextmanager
def ours(scenario: Scenario, hub_url: str, core: int | None) -> Iterator[Server]:
    """Run the product as `make run` does, on a new database of its own."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="hfmcp-bench-") as folder:
        env = {
            "SECRET_KEY": secrets.token_urlsafe(50),
            "FIELD_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
            "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3",
            "REDIS_URL": "",
            "DEBUG": "false",
            "PUBLIC_URL": f"http://localhost:{port}",
            "ALLOWED_HOSTS": "localhost,127.0.0.1",
            "HF_ENDPOINT": hub_url,
            "HF_DATASETS_SERVER": f"{hub_url}/datasets-server",
            "HF_SPACE_URL": f"{NOBODY}/{{subdomain}}",
            "HF_OAUTH_CLIENT_ID": "",
            "DISABLE_TOOLS": "",
            # Counted as in a deployment, and never reached.
            **dict.fromkeys(NO_LIMITS, str(10**9)),
        }
        migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
        made = subprocess.run(
            migrate, cwd=ROOT, env={**os.environ, **env}, capture_output=True, text=True
        )
        if made.returncode != 0:
            raise NotStarted(f"The database could not be made:\n{made.stderr[-4000:]}")
        with _serve("ours", _uvicorn(port), port, env, scenario, core) as server:
            yield server


def _uvicorn(port: int) -> list[str]:
    """Return the command of the Makefile's `run`."""
    application = [sys.executable, "-m", "uvicorn", "hfmcp_site.asgi:application"]
    address = ["--host", "127.0.0.1", "--port", str(port)]
    flags = ["--ws", "websockets-sansio", "--no-access-log", "--no-server-header"]
    return [*application, *address, *flags]


@contextmanager
def _serve(
    name: str,
    command: Sequence[str],
    port: int,
    env: Mapping[str, str],
    scenario: Scenario,
    core: int | None,
) -> Iterator[Server]:
    with tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(
            pinned(command, core),  # taskset becomes the command: the pid is the server's
            cwd=ROOT,
            env={**os.environ, **env},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
        )
        try:
            server = Server(name, f"http://127.0.0.1:{port}", process.pid)
            if not _answers(server, process, scenario):
                errors.seek(0)
                raise NotStarted(f"{name} did not start:\n{errors.read()[-4000:]}")
            yield server
        finally:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _answers(server: Server, process: subprocess.Popen[bytes], scenario: Scenario) -> bool:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            scenario.check(server.url)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return True
    return False
