"""`hfmcp run`: `hfmcp serve` with secrets of its own making, as `make run` is."""

import subprocess
import sys

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
    serve.main(asked)
