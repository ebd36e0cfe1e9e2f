"""Server-sent events, decoded as they arrive. Pure: no I/O."""

from collections.abc import Iterator


class EventDecoder:
    """Decodes chunks of bytes into the data of each event.

    Events of other names than the one wanted are none, nor are those without data, which some
    servers begin with.
    Lines end with LF or CRLF. A lone CR, which the standard allows too, does not end one: JSON has
    none, and no server sends it.
    """

    def __init__(self, name: bytes = b"message") -> None:
        self._wanted = (name, b"") if name == b"message" else (name,)
        self._line = bytearray()
        self._data: list[bytes] = []
        self._name = b""

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
        field, _, value = line.partition(b":")
        if field == b"data":
            self._data.append(value.removeprefix(b" "))
        elif field == b"event":
            self._name = value.strip()
        return None if line else self._end_event()

    def _end_event(self) -> bytes | None:
        data = b"\n".join(self._data)
        is_wanted = self._name in self._wanted
        self._data.clear()
        self._name = b""
        return data if data and is_wanted else None
