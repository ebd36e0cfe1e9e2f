"""The files of acme/tiny-llm: what a file can be, and more of them than one page of a tree."""

import json
import random
import struct
import zlib

from tests.standins.hub.records import File
from tests.standins.hub.seed.catalogue import ATTRIBUTES, WEIGHTS

MIB = 1024 * 1024
BIG_IMAGE_BYTES = 9 * MIB


def files() -> dict[str, File]:
    plain = {
        ".gitattributes": ATTRIBUTES,
        "LICENSE": b"MIT License\n",
        "config.json": json.dumps(CONFIG, indent=2).encode(),
        "tokenizer/vocab.json": b'{"banana": 0}\n',
        "tokenizer/special/tokens.txt": b"<s>\n</s>\n",
        "empty.txt": b"",
        "notes.txt": b"A banana is a fruit.\n",
        "with space.txt": b"A name with a space.\n",
        "50% off #1?.txt": b"A name that a URL must escape.\n",
        "данные/файл-😀.txt": "Имя и текст не по-английски.\n".encode(),
        "text/latin-1.txt": "Crème brûlée".encode("latin-1"),
        "text/with-nul.txt": b"before\0after\n",
        "text/long.txt": _long_text(),
        "images/logo.png": png(16, 16),
        **{f"shards/part-{n:03}.txt": f"Shard {n}\n".encode() for n in range(120)},
    }
    large = {
        "model.safetensors": WEIGHTS,
        "images/poster.png": png(1024, BIG_IMAGE_BYTES // (1024 * 3)),
    }
    return {
        **{path: File(path, content) for path, content in plain.items()},
        **{path: File(path, content, is_lfs=True) for path, content in large.items()},
    }


CONFIG = {
    "architectures": ["LlamaForCausalLM"],
    "model_type": "llama",
    "hidden_size": 64,
    "num_hidden_layers": 2,
    "vocab_size": 32_000,
}


def _long_text() -> bytes:
    """Return a MiB of text in which almost any cut splits a character."""
    line = "Größe und Höhe: 数えきれないほど 🦜🦜🦜\n".encode()
    return line * (MIB // len(line) + 1)


def png(width: int, height: int) -> bytes:
    """Return a picture of noise, which no compression makes smaller."""
    noise = random.Random(7)
    lines = b"".join(b"\0" + noise.randbytes(width * 3) for _ in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = (b"IHDR", header), (b"IDAT", zlib.compress(lines, 0)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in parts)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
