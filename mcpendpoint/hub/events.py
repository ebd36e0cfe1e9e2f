"""Server-sent events, decoded as they arrive. Pure: no I/O."""

import re
from collections.abc import Iterator

MAX_LINES_OF_AN_EVENT = 10_000
PIECE_BYTES = 8_192
"""Reading one takes a few milliseconds, at worst."""

_COMMENTS = re.compile(rb"(?<=\n)(?::[^\n]*\n)+")
_BLANK_LINES = re.compile(rb"\n(?:\r?\n){2,}")
"""The first of which may end an event; the others say nothing."""


class EventDecoder:
    """Decodes chunks of bytes into the data of each event.

    Events of other names than the one wanted are none, nor are those without data, which some
    servers begin with, or of too many lines.
    Lines end with LF or CRLF. A lone CR, which the standard allows too, does not end one: JSON has
    none, and no server sends it.
    """

    def __init__(self, name: bytes = b"message") -> None:
        self._wanted = (name, b"") if name == b"message" else (name,)
        self._line = bytearray()
        self._data: list[bytes] = []
        self._name = b""

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """Decode what came, a few kilobytes at a time for the sake of others."""
        chunk = _BLANK_LINES.sub(b"\n\n", _COMMENTS.sub(b"", chunk))
        first, *rest = chunk.split(b"\n")
        self._line += first
        for part in rest:
            event = self._end_line()
            if event is not None:
                yield event
            self._line += part

    def _end_line(self) -> bytes | None:
        line = bytes(self._line).removesuffix(b"\r")
        self._line.clear()
        field, _, value = line.partition(b":")
        if field == b"data" and len(self._data) <= MAX_LINES_OF_AN_EVENT:
            self._data.append(value.removeprefix(b" "))
        elif field == b"event":
            self._name = value.strip()
        return None if line else self._end_event()

    def _end_event(self) -> bytes | None:
        data = b"\n".join(self._data) if len(self._data) <= MAX_LINES_OF_AN_EVENT else b""
        is_wanted = self._name in self._wanted
        self._data.clear()
        self._name = b""
        return data if data and is_wanted else None
