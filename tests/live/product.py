"""Starts product processes for tests, benchmarks and the demo. Free of Django."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen

from tests import environment
from tests.ports import free_port
from tests.standins.serve import start

OAUTH_CLIENT = {
    "HF_OAUTH_CLIENT_ID": "hfmcp-product",
    "HF_OAUTH_CLIENT_SECRET": "a-made-up-client-secret-of-the-stand-in",
}


@dataclass(frozen=True)
class Product:
    url: str
    process: Popen[str]
    log_file: Path

    def log(self) -> str:
        """Return everything that the process has logged so far."""
        return self.log_file.read_text()


@contextmanager
def start_product(env: Mapping[str, str], module: str = "tests.live") -> Iterator[Product]:
    """Serve the product with `env`, by default on a new SQLite database of its own.

    Neither the shell's settings nor those in `.env` reach it. `module` is what is run.
    """
    with tempfile.TemporaryDirectory(prefix="hfmcp-product-") as folder:
        port = env.get("PORT") or str(free_port())
        url = f"http://127.0.0.1:{port}"
        log_file = Path(folder) / "log"
        defaults = {
            "PORT": port,
            "PUBLIC_URL": url,
            "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3",
            "FILES_DIRECTORY": f"{folder}/files",
            "LOG_FILE": str(log_file),
        }
        log_file.touch()
        with start(module, env={**environment.SETTINGS, **defaults, **env}) as running:
            yield Product(
                url=env.get("PUBLIC_URL", url), process=running.process, log_file=log_file
            )
