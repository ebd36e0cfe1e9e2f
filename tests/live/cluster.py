"""Several workers behind nginx, as a deployment has them: `make cluster`.

Each worker is `hfmcp serve` on a port of its own; they share a fresh PostgreSQL database, a Redis
and a folder. nginx has the configuration of deploy/nginx. Everything is removed at the end.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

from cryptography.fernet import Fernet

from tests.live.storage import (
    migrated_database,
    missing_programs,
    postgres_program,
    redis_server,
    stoppable_postgres,
)
from tests.ports import free_port, wait_for_port
from tests.standins.serve import ROOT

START_SECONDS = 120
STOP_SECONDS = 40

NGINX = """
daemon off; pid {folder}/pid; error_log stderr crit; worker_processes 1;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  client_body_temp_path {folder}/1; proxy_temp_path {folder}/2; fastcgi_temp_path {folder}/3;
  uwsgi_temp_path {folder}/4; scgi_temp_path {folder}/5;
  upstream hfmcp {{ {servers} keepalive 32; keepalive_timeout 60s; }}
  map $http_upgrade $hfmcp_connection {{ default upgrade; "" ""; }}
  server {{
    listen 127.0.0.1:{port};
    location / {{ include {proxy}; }}
  }}
}}
"""


@dataclass(frozen=True)
class Cluster:
    url: str
    """Of nginx."""
    workers: dict[str, "subprocess.Popen[bytes]"]
    """By their URLs."""
    settings: dict[str, str]
    log_file: Path


@contextmanager
def start_cluster(
    env: Mapping[str, str], *, workers: int = 2, port: int | None = None, proxy: Path | None = None
) -> Iterator[Cluster]:
    """Serve with `env`, which is the whole environment but for what the cluster itself sets.

    `proxy` is a file with other directives than deploy/nginx/proxy.conf.
    """
    port = port or free_port()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hfmcp-cluster-")))
        settings = {
            "SECRET_KEY": os.urandom(40).hex(),
            "FIELD_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
            **env,
            "DATABASE_URL": stack.enter_context(_database()),
            "REDIS_URL": stack.enter_context(redis_server()),
            "FILES_DIRECTORY": str(folder / "files"),
            "HFMCP_DIRECTORY": str(folder),
            "PUBLIC_URL": f"http://127.0.0.1:{port}",
            "TRUSTED_PROXIES": "1",
        }
        log_file = folder / "log"
        started = {}
        for _ in range(workers):
            url, process = stack.enter_context(_worker(settings, log_file))
            started[url] = process
        for url in started:
            _wait_until_ready(url)
        stack.enter_context(_nginx(folder, port, list(started), proxy))
        yield Cluster(settings["PUBLIC_URL"], started, settings, log_file)


@contextmanager
def _database() -> Iterator[str]:
    if missing_programs() is None:
        with migrated_database() as url:
            yield url
    else:
        with stoppable_postgres() as server:
            yield server.url


@contextmanager
def _worker(
    settings: Mapping[str, str], log_file: Path
) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    port = free_port()
    command = [sys.executable, "-m", "hfmcp_site.serve", "--port", str(port)]
    with log_file.open("ab") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env=dict(settings), stdout=log, stderr=log, start_new_session=True
        )
    try:
        yield f"http://127.0.0.1:{port}", process
    finally:
        _end(process)


def _wait_until_ready(url: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            urlopen(f"{url}/readyz", timeout=5).close()  # noqa: S310 - our own
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"{url} is not ready after {START_SECONDS} s.")


@contextmanager
def _nginx(folder: Path, port: int, workers: list[str], proxy: Path | None) -> Iterator[None]:
    servers = " ".join(f"server {url.removeprefix('http://')};" for url in workers)
    proxy = proxy or ROOT / "deploy" / "nginx" / "proxy.conf"
    file = folder / "nginx.conf"
    file.write_text(NGINX.format(folder=folder, servers=servers, port=port, proxy=proxy))
    process = subprocess.Popen(["nginx", "-p", str(folder), "-c", str(file)])
    try:
        wait_for_port(port)
        yield
    finally:
        _end(process)


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def main() -> None:
    parser = argparse.ArgumentParser("make cluster", description=__doc__)
    parser.add_argument("--port", type=int, default=8000, help="of nginx")
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args()
    if not postgres_program("postgres"):
        sys.exit("PostgreSQL is not installed.")
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with start_cluster(os.environ, workers=asked.workers, port=asked.port) as cluster:
        print(f"{cluster.url} is nginx in front of {', '.join(cluster.workers)}")
        for name in ("DATABASE_URL", "REDIS_URL", "FILES_DIRECTORY"):
            print(f"{name}={cluster.settings[name]}")
        print(f"What the workers log is in {cluster.log_file}. Stop with Ctrl-C.", flush=True)
        stop.wait()


if __name__ == "__main__":
    main()
