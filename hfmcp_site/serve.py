"""Serves this site: `python -m hfmcp_site.serve --host 0.0.0.0 --workers 4`.

The one way to start that keeps every promise of README. Wrong settings, and a database that lacks
migrations, end it before anything listens.
"""

import argparse
import os
import sys

import django
import uvicorn
from django.core.exceptions import ImproperlyConfigured

from hfmcp_site import env
from hfmcp_site.monitoring.directory import shared_directory

KEEP_ALIVE_SECONDS = 75
"""Longer than a proxy keeps one open (nginx: 60), which must never use one that just ended."""

GRACE_SECONDS = 10


def main(asked: argparse.Namespace) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hfmcp_site.settings")
    django.setup()
    from django.conf import settings

    from hfmcp_site.startup import require_migrations

    try:
        require_migrations()
    except ImproperlyConfigured as error:
        sys.exit(str(error))
    url = settings.PUBLIC_URL
    print(f"Serving {url} on {asked.host}:{settings.PORT}. Stop with Ctrl-C.", flush=True)
    with shared_directory(asked.workers):
        uvicorn.run(
            "hfmcp_site.asgi:application",
            host=asked.host,
            port=settings.PORT,
            workers=asked.workers,
            http="hfmcp_site.connections:PatientForAWhile",
            ws="websockets-sansio",
            log_config=None,  # ours is set up with Django's settings
            access_log=False,
            server_header=False,
            proxy_headers=False,  # TRUSTED_PROXIES says whom to believe
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )


def read(arguments: list[str], name: str = "python -m hfmcp_site.serve") -> argparse.Namespace:
    """Return what is asked for; before settings are read, as the port is one of them."""
    parser = argparse.ArgumentParser(name, description="Serve this site.")
    parser.add_argument("--host", default="127.0.0.1", help="where to listen; 0.0.0.0: everywhere")
    parser.add_argument("--port", type=int, help="instead of the setting PORT")
    parser.add_argument("--workers", type=int, default=1, help="processes")
    asked = parser.parse_args(arguments)
    if asked.port is not None:
        env.env.ENVIRON["PORT"] = str(asked.port)  # of the workers as well
    return asked


if __name__ == "__main__":
    main(read(sys.argv[1:]))
