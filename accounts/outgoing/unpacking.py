"""Unpacks an answer that is compressed although that was not asked for, in bounded parts.

That the Hub answers uncompressed when it is asked to is likely (it says `Vary: accept-encoding`,
and huggingface_hub's file_download.py relies on it for HEAD), but nowhere promised.
"""

import zlib
from collections.abc import Iterator

from accounts.outgoing.errors import BrokenOff, NotPlain

PART_BYTES = 65_536
_GZIP = 16 + zlib.MAX_WBITS


class Plain:
    def parts(self, piece: bytes) -> Iterator[bytes]:
        yield piece

    def finish(self) -> None:
        pass


class Gzip:
    def __init__(self) -> None:
        self._inflating = zlib.decompressobj(_GZIP)
        self._has_begun = False

    def parts(self, piece: bytes) -> Iterator[bytes]:
        """Yield what is in a piece, of whatever size, PART_BYTES at most at a time."""
        self._has_begun = True
        while True:
            try:
                part = self._inflating.decompress(piece, PART_BYTES)
            except zlib.error as error:
                raise BrokenOff("The compressed answer cannot be read.") from error
            yield part
            piece = self._inflating.unconsumed_tail
            # A full part may be followed by more that was read already.
            if self._inflating.eof or (not piece and len(part) < PART_BYTES):
                return

    def finish(self) -> None:
        if self._has_begun and not self._inflating.eof:  # HEAD and 304 have no body
            raise BrokenOff("The compressed answer ended early.")


def unpacker_of(encoding: str) -> Plain | Gzip:
    """Return what unpacks an answer of this Content-Encoding. Raises NotPlain."""
    match encoding.strip().lower():
        case "" | "identity":
            return Plain()
        case "gzip" | "x-gzip":
            return Gzip()
        case _:
            raise NotPlain("The answer is compressed in a way that was not asked for.")
