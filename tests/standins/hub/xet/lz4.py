"""LZ4 frames, decompressed: slow and short. https://github.com/lz4/lz4/tree/dev/doc"""

MAGIC = b"\x04\x22\x4d\x18"
UNCOMPRESSED = 0x8000_0000


class BadFrameError(ValueError):
    pass


def decompress(frame: bytes) -> bytes:
    if frame[:4] != MAGIC or len(frame) < 7:
        raise BadFrameError("not an LZ4 frame")
    flags = frame[4]
    has_block_checksum, has_size, has_dictionary = flags & 0x10, flags & 0x08, flags & 0x01
    place = 7 + (8 if has_size else 0) + (4 if has_dictionary else 0)
    out = bytearray()
    while size := int.from_bytes(frame[place : place + 4], "little"):
        place += 4
        length = size & ~UNCOMPRESSED
        block = frame[place : place + length]
        if len(block) < length:
            raise BadFrameError("the frame is cut short")
        if size & UNCOMPRESSED:
            out += block
        else:
            _decompress_block(block, out)
        place += length + (4 if has_block_checksum else 0)
    return bytes(out)


def _decompress_block(block: bytes, out: bytearray) -> None:
    """Append to what was there: a match may begin in an earlier block."""
    place = 0
    while place < len(block):
        token = block[place]
        literals, place = _length(block, place + 1, token >> 4)
        out += block[place : place + literals]
        place += literals
        if place >= len(block):
            return  # the last sequence is literals only
        offset = int.from_bytes(block[place : place + 2], "little")
        length, place = _length(block, place + 2, token & 15)
        if not 0 < offset <= len(out):
            raise BadFrameError("a match before the beginning")
        for _ in range(length + 4):  # it may overlap with what it writes
            out.append(out[-offset])


def _length(block: bytes, place: int, length: int) -> tuple[int, int]:
    if length == 15:
        more = 255
        while more == 255:
            if place >= len(block):
                raise BadFrameError("the block is cut short")
            more = block[place]
            length += more
            place += 1
    return length, place
