"""Starts the product as a client does: with few variables, on pipes."""

import json
import os
import queue
import select
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.standins.serve import ROOT

SECONDS = 60
"""Long, as a machine may be busy."""

QUIET_SECONDS = 2

MODERN = "2026-07-28"
META = "io.modelcontextprotocol/"
ENVELOPE = {
    f"{META}protocolVersion": MODERN,
    f"{META}clientCapabilities": {},
    f"{META}clientInfo": {"name": "raw", "version": "1"},
}

COMMAND = (sys.executable, str(ROOT / "manage.py"), "stdio")


def request(request_id: Any, method: str, **params: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": request_id, "method": method, "params": params}


def modern(request_id: Any, method: str, **params: Any) -> dict[str, Any]:
    meta = {**ENVELOPE, **params.pop("_meta", {})}
    return request(request_id, method, **params, _meta=meta)


def initialize(version: str = "2025-11-25", request_id: Any = "init") -> dict[str, Any]:
    client = {"name": "raw", "version": "1"}
    return request(
        request_id, "initialize", protocolVersion=version, capabilities={}, clientInfo=client
    )


def call(request_id: Any, tool: str, **arguments: Any) -> dict[str, Any]:
    return request(request_id, "tools/call", name=tool, arguments=arguments)


@dataclass
class Ended:
    code: int
    errors: str
    """What it wrote on standard error."""


@dataclass
class Program:
    process: subprocess.Popen[bytes]
    errors: Path
    _lines: "queue.Queue[bytes | None]" = field(default_factory=queue.Queue)
    _told: dict[Any, Any] = field(default_factory=dict)
    notifications: list[dict[str, Any]] = field(default_factory=list)
    _is_listening: bool = False

    def send(self, *messages: Any) -> None:
        """Send bytes as they are, anything else as a line of JSON."""
        for message in messages:
            is_raw = isinstance(message, bytes)
            self._stdin.write(message if is_raw else json.dumps(message).encode() + b"\n")
        self._stdin.flush()

    def send_until_it_waits(self, message: dict[str, Any]) -> int:
        """Send a message again and again, until it has not been taken for a while."""
        line, sent = json.dumps(message).encode() + b"\n", 0
        os.set_blocking(self._stdin.fileno(), False)
        rest = b""
        waiting = select.poll()  # select() takes no more than a thousand files
        waiting.register(self._stdin, select.POLLOUT)
        while waiting.poll(QUIET_SECONDS * 1_000):
            if not rest:
                rest, sent = line, sent + 1
            with suppress(BlockingIOError):
                rest = rest[os.write(self._stdin.fileno(), rest) :]
        return sent

    def receive(self) -> Any:
        """Return the next message: that every line is JSON is tested by every test."""
        self._listen()
        line = self._lines.get(timeout=SECONDS)
        assert line is not None, self.errors.read_text()
        return json.loads(line)

    def answer_to(self, request_id: Any) -> Any:
        while request_id not in self._told:
            message = self.receive()
            if "method" in message:
                self.notifications.append(message)
            else:
                self._told[message["id"]] = message
        return self._told[request_id]

    def ask(self, message: dict[str, Any]) -> Any:
        self.send(message)
        return self.answer_to(message["id"])

    def result_of(self, message: dict[str, Any]) -> Any:
        answer = self.ask(message)
        assert "result" in answer, answer
        return answer["result"]

    def tools(self) -> list[str]:
        return [tool["name"] for tool in self.result_of(modern("list", "tools/list"))["tools"]]

    def rest(self) -> list[Any]:
        """Return what it still says until it ends."""
        self._listen()
        found = []
        while (line := self._lines.get(timeout=SECONDS)) is not None:
            found.append(json.loads(line))
        return found

    def close(self) -> None:
        """End its standard input."""
        self._stdin.close()

    def end(self) -> Ended:
        return Ended(self.process.wait(SECONDS), self.errors.read_text())

    def resident_bytes(self) -> int:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        (line,) = [line for line in status.splitlines() if line.startswith("VmRSS")]
        return int(line.split()[1]) * 1_024

    @property
    def _stdin(self) -> Any:
        assert self.process.stdin
        return self.process.stdin

    def _listen(self) -> None:
        if not self._is_listening:
            self._is_listening = True
            threading.Thread(target=self._pass_on, daemon=True).start()

    def _pass_on(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self._lines.put(line)
        self._lines.put(None)


@contextmanager
def start_program(
    folder: Path, *arguments: str, env: Mapping[str, str], command: tuple[str, ...] = COMMAND
) -> Iterator[Program]:
    """Nothing of this process's environment reaches it but the PATH."""
    home = {"HOME": str(folder), "PATH": os.environ["PATH"]}
    errors = folder / "errors"
    with errors.open("w") as log:
        process = subprocess.Popen(
            [*command, *arguments],
            cwd=folder,
            env={**home, **env},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
        )
    try:
        yield Program(process, errors)
    finally:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            assert pipe
            with suppress(OSError):  # what nobody reads any more
                pipe.close()
