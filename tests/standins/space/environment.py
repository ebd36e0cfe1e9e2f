"""The stand-in Space's own virtual environment.

`python -m tests.standins.space.environment` makes it, once.
"""

import subprocess
import sys
import venv
from hashlib import sha256
from pathlib import Path

HERE = Path(__file__).parent
HOME = HERE.parents[2] / "var" / "space-venv"
PYTHON = HOME / "bin" / "python"
_STAMP = HOME / "installed-requirements"


def is_installed() -> bool:
    return PYTHON.exists() and _STAMP.exists() and _STAMP.read_text() == _wanted()


def install() -> None:
    if is_installed():
        return
    venv.create(HOME, with_pip=True, clear=True)
    subprocess.run(
        [PYTHON, "-m", "pip", "install", "-qq", "-r", HERE / "requirements.txt"], check=True
    )
    _STAMP.write_text(_wanted())


def _wanted() -> str:
    digest = sha256(sys.version.encode())
    for name in ("requirements.txt", "constraints.txt"):
        digest.update((HERE / name).read_bytes())
    return digest.hexdigest()


if __name__ == "__main__":
    install()
