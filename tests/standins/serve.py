"""Run a stand-in server as a process of its own for as long as a `with` block lasts.

A server says that it is ready by printing one JSON line with its "url"; it may put more in it.
Free of project imports, so that fixtures, the demo and the benchmarks can all use it.
"""

import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 300
"""Long, as a machine may be busy; a server that ends while it starts is noticed at once."""

STOP_SECONDS = 5


class StartError(RuntimeError):
    """The server ended, or said nothing, before it was ready."""


@dataclass(frozen=True)
class Running:
    url: str
    process: subprocess.Popen[str]
    ready: Mapping[str, Any] = field(default_factory=dict)  # the whole ready line


@contextmanager
def start(module: str, *args: str, env: Mapping[str, str] | None = None) -> Iterator[Running]:
    """Run `python -m module args…`; `env` is added to this process's environment."""
    with start_command([sys.executable, "-m", module, *args], env=env) as running:
        yield running


@contextmanager
def start_command(
    command: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path = ROOT,
    start_seconds: float = START_SECONDS,
) -> Iterator[Running]:
    with tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            start_new_session=True,  # so that what it starts itself can be ended with it
        )
        try:
            ready = _wait_until_ready(process, errors, start_seconds, " ".join(command[1:]))
            yield Running(url=ready["url"], process=process, ready=ready)
        finally:
            _stop(process)


def _wait_until_ready(
    process: subprocess.Popen[str], errors: IO[str], seconds: float, name: str
) -> dict[str, Any]:
    lines: queue.Queue[str | None] = queue.Queue()
    threading.Thread(target=_pass_on_lines, args=(process.stdout, lines), daemon=True).start()
    deadline = time.monotonic() + seconds
    try:
        while (line := lines.get(timeout=max(0.0, deadline - time.monotonic()))) is not None:
            with suppress(json.JSONDecodeError):
                ready = json.loads(line)
                if isinstance(ready, dict) and "url" in ready:
                    return ready
    except queue.Empty:
        raise StartError(f"{name} is not ready after {seconds:g} s\n{_tail(errors)}") from None
    raise StartError(f"{name} ended before it was ready\n{_tail(errors)}")


def _pass_on_lines(stdout: IO[str], lines: queue.Queue[str | None]) -> None:
    # Goes on after the ready line: a pipe that nobody reads would block the server.
    with stdout:
        for line in stdout:
            lines.put(line)
    lines.put(None)


def _tail(errors: IO[str]) -> str:
    errors.seek(0)
    return errors.read()[-4000:]


def _stop(process: subprocess.Popen[str]) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
            return
