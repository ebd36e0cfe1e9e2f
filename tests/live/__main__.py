"""Migrates the database and serves the product on PORT; prints its URL when it is ready to answer.

Everything else comes from the environment, as in a deployment.
"""

import json
import os
import socket
import sys
from pathlib import Path
from typing import Any

import django
import uvicorn

from hfmcp_site.serve import WEBSOCKETS
from tests.live.migrated import make_database


def new_file(database: dict[str, Any]) -> Path | None:
    """Return where a database is to be made, if it is one in a file that is not there yet."""
    path = Path(str(database["NAME"]))
    is_file = database["ENGINE"].endswith("sqlite3") and path.is_absolute()
    return path if is_file and not path.exists() else None


def send_log_to_file(path: str) -> None:
    """Let the log go where a test can read it, whatever writes it."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(descriptor, sys.stderr.fileno())


def main() -> None:
    listener = socket.create_server(("127.0.0.1", int(os.environ["PORT"])), backlog=512)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hfmcp_site.settings")
    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    if (database := new_file(settings.DATABASES["default"])) is not None:
        make_database(database)
    else:
        call_command("migrate", verbosity=0)
    if log_file := os.environ.get("LOG_FILE"):
        send_log_to_file(log_file)
    print(json.dumps({"url": url}), flush=True)
    config = uvicorn.Config(
        "hfmcp_site.asgi:application",
        lifespan="off",
        **WEBSOCKETS,
        proxy_headers=False,
        log_level="warning",
    )
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
