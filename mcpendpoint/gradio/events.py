"""Server-sent events, decoded as they arrive. Pure: no I/O."""

from collections.abc import Iterator


class EventDecoder:
    """Turns chunks of bytes into the data of each event.

    Lines end with LF or CRLF. A lone CR, which the standard allows too, does not end one: JSON has
    none, and no server sends it.
    """

    def __init__(self) -> None:
        self._line = bytearray()
        self._data: list[bytes] = []

    def feed(self, chunk: bytes) -> Iterator[bytes]:
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
        if line.startswith(b"data:"):
            self._data.append(line[5:].removeprefix(b" "))
        elif not line and self._data:
            event = b"\n".join(self._data)
            self._data.clear()
            return event
        return None
