"""What a command prints, as the sandbox tells it: lines of JSON, an event each. Pure: no I/O."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

MAX_KEPT_CHARS = 30_000
"""Of each of stdout and stderr: its end, where results and errors are."""


@dataclass
class Printed:
    """The end of a stream, and how long all of it was."""

    chars: int = 0
    _parts: list[str] = field(default_factory=list)

    def add(self, text: str) -> None:
        self.chars += len(text)
        self._parts.append(text)
        if sum(map(len, self._parts)) > 4 * MAX_KEPT_CHARS:
            self._parts = ["".join(self._parts)[-2 * MAX_KEPT_CHARS :]]

    @property
    def text(self) -> str:
        """What is kept, which is more than is to be shown: what is redacted gets shorter."""
        return "".join(self._parts)

    @property
    def last_line(self) -> str:
        lines = self.text[-2_000:].split("\n")
        return next((line for line in reversed(lines) if line.strip()), "")


@dataclass
class Output:
    stdout: Printed = field(default_factory=Printed)
    stderr: Printed = field(default_factory=Printed)
    pid: int | None = None
    exit: Mapping[str, Any] | None = None
    """The last event; None while there was none."""
    _line: bytearray = field(default_factory=bytearray)

    def feed(self, piece: bytes) -> None:
        first, *rest = piece.split(b"\n")
        self._line += first
        for part in rest:
            self._take(bytes(self._line))
            self._line = bytearray(part)

    @property
    def latest(self) -> str:
        return self.stdout.last_line or self.stderr.last_line

    def _take(self, line: bytes) -> None:
        for event in _events(line):
            match event.get("event"):
                case "start":
                    self.pid = whole(event.get("pid"))
                case "stdout":
                    self.stdout.add(_text(event.get("data")))
                case "stderr":
                    self.stderr.add(_text(event.get("data")))
                case "exit":
                    self.exit = event


def whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _events(line: bytes) -> Iterator[Mapping[str, Any]]:
    if line.strip():
        try:
            event = orjson.loads(line)
        except orjson.JSONDecodeError:
            return
        if isinstance(event, dict):
            yield event
