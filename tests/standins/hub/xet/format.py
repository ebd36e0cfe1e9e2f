"""The binary formats: chunks in a xorb, and a shard that tells which chunks make which file.

https://huggingface.co/docs/xet/xorb and …/shard. Refuses what it does not understand (ValueError).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tests.standins.hub.xet import lz4

CHUNK_SIZE = 64 * 1024
CHUNK_HEADER = 8
RECORD = 48  # bytes, of nearly everything in a shard
END_OF_FILES = b"\xff" * 32
HAS_VERIFICATION = 0x8000_0000
HAS_METADATA = 0x4000_0000


@dataclass(frozen=True)
class Segment:
    xorb: str
    first_chunk: int
    end_chunk: int


@dataclass(frozen=True)
class FileRecipe:
    hash: str
    segments: tuple[Segment, ...]


def hash_text(raw: bytes) -> str:
    """Return a hash as it is in URLs: four little-endian numbers, each in hexadecimal."""
    numbers = (int.from_bytes(raw[start : start + 8], "little") for start in range(0, 32, 8))
    return "".join(f"{number:016x}" for number in numbers)


def read_chunks(xorb: bytes) -> Iterator[bytes]:
    place = 0
    while (
        place + CHUNK_HEADER <= len(xorb) and xorb[place] == 0
    ):  # another version begins the footer
        scheme = xorb[place + 4]
        compressed = int.from_bytes(xorb[place + 1 : place + 4], "little")
        size = int.from_bytes(xorb[place + 5 : place + 8], "little")
        data = xorb[place + CHUNK_HEADER : place + CHUNK_HEADER + compressed]
        chunk = _decompress(data, scheme)
        if len(data) < compressed or len(chunk) != size:
            raise ValueError("a chunk is cut short")
        yield chunk
        place += CHUNK_HEADER + compressed


def _decompress(data: bytes, scheme: int) -> bytes:
    if scheme == 0:
        return data
    if scheme == 1:
        return lz4.decompress(data)
    if scheme == 2:
        return _ungroup(lz4.decompress(data))
    raise ValueError(f"unknown compression {scheme}")


def _ungroup(grouped: bytes) -> bytes:
    """Undo the grouping of bytes by their place in numbers of four bytes."""
    out = bytearray(len(grouped))
    start = 0
    for place in range(4):
        length = (len(grouped) - place + 3) // 4
        out[place::4] = grouped[start : start + length]
        start += length
    return bytes(out)


def write_xorb(content: bytes) -> bytes:
    """Return the content as chunks, none of them compressed."""
    return b"".join(
        b"\0" + len(chunk).to_bytes(3, "little") + b"\0" + len(chunk).to_bytes(3, "little") + chunk
        for chunk in split(content)
    )


def split(content: bytes) -> Iterable[bytes]:
    return (content[at : at + CHUNK_SIZE] for at in range(0, len(content), CHUNK_SIZE))


def read_files(shard: bytes) -> Iterator[FileRecipe]:
    """Read the part of a shard that describes files, which follows the header."""
    place = RECORD
    while (raw := shard[place : place + 32]) != END_OF_FILES:
        if len(raw) < 32:
            raise ValueError("the shard is cut short")
        flags = _number(shard, place + 32)
        entries = _number(shard, place + 36)
        place += RECORD
        segments = [_segment(shard, place + number * RECORD) for number in range(entries)]
        yield FileRecipe(hash_text(raw), tuple(segments))
        place += entries * RECORD * (2 if flags & HAS_VERIFICATION else 1)
        place += RECORD if flags & HAS_METADATA else 0


def _segment(shard: bytes, place: int) -> Segment:
    xorb = hash_text(shard[place : place + 32])
    return Segment(xorb, _number(shard, place + 40), _number(shard, place + 44))


def _number(shard: bytes, place: int) -> int:
    return int.from_bytes(shard[place : place + 4], "little")
