"""Serves this site: `hfmcp serve`, or `python -m hfmcp_site.serve` in a checkout.

The one way to start that keeps every promise of README. Wrong settings, and a database that lacks
migrations, end it before anything listens.
"""

import argparse
import os
import signal
import socket
import sys
from pathlib import Path
from typing import Any

import django
import uvicorn
from django.core.exceptions import ImproperlyConfigured
from uvicorn.supervisors import Multiprocess

from hfmcp_site import env
from hfmcp_site.listening import Address, open_socket
from hfmcp_site.monitoring.directory import shared_directory

KEEP_ALIVE_SECONDS = 75
"""Longer than a proxy keeps one open (nginx: 60), which must never use one that just ended."""

WORKER_START_SECONDS = 30
"""How long a worker may take to start on a busy machine, or not answer, before it is replaced."""

WEBSOCKETS: dict[str, Any] = {"ws": "websockets-sansio", "ws_per_message_deflate": False}
"""Uncompressed: the dashboard sends a few kilobytes a second, and to compress them for each viewer
takes as long as all else that is sent them, and 0.3 MB."""


class Workers(Multiprocess):
    """Replaces a worker that died, and on SIGHUP all of them, one by one."""

    def terminate_all(self) -> None:
        # While this process has the socket, the system takes connections that nobody answers.
        for listener in self.sockets:
            listener.close()
        super().terminate_all()


def main(asked: argparse.Namespace) -> None:
    # uvicorn sends itself the signal again once it has stopped: what is to be done then gets done.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hfmcp_site.settings")
    django.setup()
    from django.conf import settings

    if asked.migrates:
        _migrate()
    _require_migrations()
    address = Address(asked.host, settings.PORT, asked.uds, asked.fd)
    try:
        listener = open_socket(address)
    except OSError as error:
        sys.exit(f"Cannot listen on {address}: {error.strerror}.")
    print(f"Serving {settings.PUBLIC_URL} on {address}. Stop with Ctrl-C.", flush=True)
    try:
        with shared_directory(asked.workers):
            _serve(_configure(asked.workers, settings.GRACEFUL_STOP_SECONDS), listener)
    finally:
        if asked.uds is not None:
            asked.uds.unlink(missing_ok=True)


def _migrate() -> None:
    from django.core.management import CommandError, call_command
    from django.db import DatabaseError, connections

    try:
        call_command("migrate", verbosity=0, interactive=False)
    except (DatabaseError, OSError) as error:
        # Without its text, which may hold a host or what is in a row.
        sys.exit(f"The database could not be migrated: {type(error).__name__}. Nothing is served.")
    except CommandError as error:
        sys.exit(str(error))
    finally:
        connections.close_all()


def _require_migrations() -> None:
    from hfmcp_site.startup import require_migrations

    try:
        require_migrations()
    except ImproperlyConfigured as error:
        sys.exit(str(error))


def _configure(workers: int, graceful_stop_seconds: int) -> uvicorn.Config:
    return uvicorn.Config(
        "hfmcp_site.asgi:application",
        workers=workers,
        http="hfmcp_site.connections:PatientForAWhile",
        **WEBSOCKETS,
        log_config=None,  # ours is set up with Django's settings
        access_log=False,
        server_header=False,
        proxy_headers=False,  # TRUSTED_PROXIES says whom to believe
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=graceful_stop_seconds,
        timeout_worker_healthcheck=WORKER_START_SECONDS,
    )


def _serve(config: uvicorn.Config, listener: socket.socket) -> None:
    if config.workers > 1:
        Workers(config, [listener]).run()
        return
    server = uvicorn.Server(config)
    try:
        server.run([listener])
    except KeyboardInterrupt:
        return
    if not server.started:
        sys.exit(1)


def read(arguments: list[str], name: str = "python -m hfmcp_site.serve") -> argparse.Namespace:
    """Return what is asked for; before settings are read, as the port is one of them."""
    parser = argparse.ArgumentParser(name, description="Serve this site.")
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--host", default="127.0.0.1", help="where to listen; 0.0.0.0 or :: everywhere"
    )
    where.add_argument("--uds", type=Path, metavar="PATH", help="a Unix socket to listen on")
    where.add_argument("--fd", type=int, help="a socket to take over; systemd's first is 3")
    parser.add_argument("--port", type=int, help="instead of the setting PORT")
    parser.add_argument("--workers", type=_positive, default=1, help="processes")
    parser.add_argument(
        "--no-migrate",
        dest="migrates",
        action="store_false",
        help="expect a database that `migrate` has brought up to date",
    )
    asked = parser.parse_args(arguments)
    if asked.port is not None:
        env.env.ENVIRON["PORT"] = str(asked.port)  # of the workers as well
    return asked


def _positive(text: str) -> int:
    if (value := int(text)) < 1:
        raise ValueError
    return value


if __name__ == "__main__":
    main(read(sys.argv[1:]))
