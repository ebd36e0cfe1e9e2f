"""`hfmcp run`: what `make run` does, where this is installed."""

import subprocess
import sys

from django.core.management import execute_from_command_line

from hfmcp_site import env, serve


def run(arguments: list[str]) -> None:
    asked = serve.read(arguments, "hfmcp run")
    env.data_directory().mkdir(mode=0o700, parents=True, exist_ok=True)
    env.database_folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    # In a process of its own: it looks into the database without the settings that it makes.
    made = subprocess.run([sys.executable, "-m", "hfmcp_site.bootstrap"], cwd=env.PACKAGE.parent)
    if made.returncode:
        sys.exit(made.returncode)
    env.begin()
    execute_from_command_line(["hfmcp", "migrate", "--verbosity", "0"])
    serve.main(asked)
