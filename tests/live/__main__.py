"""Migrates the database and serves the product on PORT; prints its URL when it is ready to answer.

Everything else comes from the environment, as in a deployment.
"""

import json
import os
import socket
import sys

import django
import uvicorn


def send_log_to_file(path: str) -> None:
    """Let the log go where a test can read it, whatever writes it."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(descriptor, sys.stderr.fileno())


def main() -> None:
    listener = socket.create_server(("127.0.0.1", int(os.environ["PORT"])), backlog=512)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hfmcp_site.settings")
    django.setup()
    from tests.live.migrated import migrate

    migrate()
    if log_file := os.environ.get("LOG_FILE"):
        send_log_to_file(log_file)
    print(json.dumps({"url": url}), flush=True)
    config = uvicorn.Config(
        "hfmcp_site.asgi:application",
        lifespan="off",
        ws="websockets-sansio",
        proxy_headers=False,
        log_level="warning",
    )
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
