"""Virtual environments of what needs mcp 1.x and so cannot share ours: Gradio, and some clients.

`python -m tests.virtualenvs` makes those that tests use, once; with `--all` all.
"""

import subprocess
import sys
import venv
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

HERE = Path(__file__).parent
VAR = HERE.parent / "var"


@dataclass(frozen=True)
class Environment:
    folder: str
    """In var/."""
    requirements: tuple[str, ...]
    """The file to install, and those that it names, in this folder."""

    @cached_property
    def python(self) -> Path:
        return VAR / self.folder / "bin" / "python"

    @property
    def is_installed(self) -> bool:
        return (
            self.python.exists()
            and self._stamp.exists()
            and self._stamp.read_text() == self._wanted
        )

    def install(self) -> None:
        if self.is_installed:
            return
        venv.create(VAR / self.folder, with_pip=True, clear=True)
        file = HERE / self.requirements[0]
        subprocess.run([self.python, "-m", "pip", "install", "-qq", "-r", file], check=True)
        self.mark()

    def mark(self) -> None:
        self._stamp.write_text(self._wanted)

    @property
    def _stamp(self) -> Path:
        return VAR / self.folder / "installed-requirements"

    @property
    def _wanted(self) -> str:
        digest = sha256(sys.version.encode())
        for name in self.requirements:
            digest.update((HERE / name).read_bytes())
        return digest.hexdigest()


STANDIN = Environment(
    "space-venv", ("standins/space/requirements.txt", "standins/space/constraints.txt")
)
OLDER_CLIENTS = Environment("older-clients-venv", ("clients/older/requirements.txt",))
SCHEMA_CLIENTS = Environment("clients-venv", ("standins/space/versions/clients.txt",))
GRADIOS = {
    "5.28": Environment("gradio-5.28", ("standins/space/versions/gradio-5.28.txt",)),
    "5.38": Environment("gradio-5.38", ("standins/space/versions/gradio-5.38.txt",)),
    "5.50": Environment("gradio-5.50", ("standins/space/versions/gradio-5.50.txt",)),
    "6.31": STANDIN,
}
"""One for each way in which Gradio has offered tools: see mcpendpoint/gradio/upstream.py."""

USUAL = ("5.28", "6.31")
"""What every run of the tests takes; `--all-gradio` takes the others too."""
# Gradio must not ask the internet for anything.
OFFLINE = {
    "GRADIO_ANALYTICS_ENABLED": "False",
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
}


def main() -> None:
    STANDIN.install()
    OLDER_CLIENTS.install()
    for version, environment in GRADIOS.items():
        if version in USUAL or "--all" in sys.argv:
            environment.install()
    if "--all" in sys.argv:
        SCHEMA_CLIENTS.install()


if __name__ == "__main__":
    main()
