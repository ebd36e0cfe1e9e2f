import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress

import pytest

from tests import environment
from tests.environment import NOBODY
from tests.stdio_program import SECONDS, Program, start_program

OFFLINE = {
    "HF_ENDPOINT": NOBODY,
    "HF_DATASETS_SERVER": NOBODY,
    "HF_SPACE_URL": NOBODY + "/s/{subdomain}",
    "HF_JOBS_URL": NOBODY + "/_jobs/{job_id}--{port}.hf.jobs",
}

SECRETS = {name: environment.SETTINGS[name] for name in ("SECRET_KEY", "FIELD_ENCRYPTION_KEYS")}
"""What a deployment has, and so whoever starts the program with `--account`."""

Start = Callable[..., Program]


@pytest.fixture
def start(tmp_path) -> Iterator[Start]:
    """Start the program without a network: `start("--mix", "jobs", HF_TOKEN="hf_alice")`."""
    with ExitStack() as programs:
        yield lambda *arguments, **env: programs.enter_context(
            start_program(tmp_path, *arguments, env=OFFLINE | env)
        )


@pytest.fixture
def start_at_hub(tmp_path, product_env) -> Iterator[Start]:
    """Start it with the stand-ins. A test that calls Space tools asks for `space` too."""
    with ExitStack() as programs:
        yield lambda *arguments, **env: programs.enter_context(
            start_program(tmp_path, *arguments, env=product_env | env)
        )


class SilentHub:
    """Takes requests and never answers; notes when it is asked, and when the asker leaves."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        self._asked = threading.Semaphore(0)
        self._left = threading.Semaphore(0)
        threading.Thread(target=self._accept, daemon=True).start()

    def was_asked(self, times: int = 1) -> bool:
        return all(self._asked.acquire(timeout=SECONDS) for _ in range(times))

    def was_left(self) -> bool:
        return self._left.acquire(timeout=SECONDS)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                threading.Thread(target=self._hold, args=(connection,), daemon=True).start()

    def _hold(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            while chunk := connection.recv(65_536):
                if b"\r\n\r\n" in chunk:
                    self._asked.release()
        self._left.release()


@pytest.fixture
def silent_hub() -> Iterator[SilentHub]:
    with socket.create_server(("127.0.0.1", 0), backlog=512) as listener:
        yield SilentHub(listener)


@pytest.fixture
def deployment(make_product, tmp_path):
    """A product, and the environment of a program beside it."""
    database = {"DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3"}
    product = make_product(**database)
    secrets = ("SECRET_KEY", "FIELD_ENCRYPTION_KEYS")
    return product, database | {name: environment.SETTINGS[name] for name in secrets}
