"""Which files are text, and parts of them that never split a character. Pure: no I/O."""

import mimetypes
import re
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import PurePosixPath
from typing import Literal

from mcpendpoint.tools.hf_fs.failures import Code, Failure

MARGIN = 3
"""Bytes on each side of a part that show where a character starts and ends."""

ImageType = Literal["image/jpeg", "image/png", "image/webp"]

MAX_CONTROL_CHARS = 8
MAX_CONTROL_SHARE = 0.02

_IMAGES = frozenset((".jpg", ".jpeg", ".png", ".webp"))


def _suffixes(names: str) -> frozenset[str]:
    return frozenset(f".{name}" for name in names.split())


_BINARY = _suffixes(
    "7z arrow avif avro bin bz2 ckpt db dll dylib eot exe feather flac ftz gguf ggml gz h5 hdf5 "
    "heic ico joblib keras lance mar mkv mlmodel model msgpack npy npz onnx opus ot otf parquet pb "
    "pdf pickle pkl psd pt pth rar safetensors so sqlite tar tflite tgz ttf wasm webm weights whl "
    "woff woff2 xz zip zst"
)
_TEXT = _suffixes(
    "adoc bat bib c cc cfg cmake conf cpp cs cu cuh env go gradle graphql h hpp ini ipynb java "
    "jinja jinja2 jl json json5 jsonl kt less lock log lua m4 md mdx mk ndjson patch pbtxt pl "
    "properties proto ps1 py pyi r rb rs rst rtf sass scala scss sh sql svelte svg swift tex "
    "toml ts tsv tsx txt vocab vue xml yaml yml zig"
)
_TEXT_NAMES = frozenset(
    (".dockerignore", ".editorconfig", ".env", ".gitattributes", ".gitignore", ".python-version")
    + ("authors", "changelog", "dockerfile", "license", "licence", "makefile", "notice", "readme")
)
_TEXT_TYPES = ("text/", "application/json", "application/javascript", "application/xml")
_CONTROL = re.compile(r"[\x01-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")
_types = mimetypes.MimeTypes()  # the same on every machine
_types.add_type("text/markdown", ".md")
_types.add_type("application/yaml", ".yaml")
_types.add_type("application/yaml", ".yml")


class Media(Enum):
    TEXT = auto()
    IMAGE = auto()
    """One that can be attached."""
    BINARY = auto()
    UNKNOWN = auto()
    """Its content will tell."""


def media_of(path: str) -> Media:
    """Tell by its name what a file is."""
    name = PurePosixPath(path).name.lower()
    suffix = PurePosixPath(name).suffix
    if name in _TEXT_NAMES or suffix in _TEXT:
        return Media.TEXT
    if suffix in _IMAGES:
        return Media.IMAGE
    if suffix in _BINARY:
        return Media.BINARY
    guess = _types.guess_type(name)[0]
    if guess is None:
        return Media.UNKNOWN
    is_text = guess.startswith(_TEXT_TYPES) or guess.endswith(("+json", "+xml"))
    return Media.TEXT if is_text else Media.BINARY


def mime_type_of(path: str) -> str | None:
    """Tell by its name which type a file has, None when the name does not say."""
    return _types.guess_type(PurePosixPath(path).name.lower())[0]


def image_type_of(content: bytes) -> ImageType | None:
    """Tell by its first bytes what an image is, None when it is none that can be attached."""
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    return "image/webp" if content[:4] == b"RIFF" and content[8:12] == b"WEBP" else None


@dataclass(frozen=True)
class TextPart:
    content: str
    start: int
    end: int
    """In bytes of the file, both between characters."""


def refuse_binary(path: str) -> Failure:
    is_image = media_of(path) is Media.IMAGE
    advice = "Use attach for images." if is_image else "Use ls or stat for file metadata."
    return Failure(
        Code.TEXT_ONLY,
        f"Refusing to cat non-text file: {path}. The file extension or MIME type is known to be "
        f"binary. {advice}",
        suggested="attach" if is_image else None,
        recovery="Use attach to see this image, or stat for its size." if is_image else None,
    )


def text_part(path: str, window: bytes, window_start: int, offset: int, end: int) -> TextPart:
    """Decode the bytes from `offset` to `end`, widened to whole characters.

    The window has up to MARGIN bytes more on each side. Raises Failure for what is no text.
    """
    first, last = offset - window_start, min(end - window_start, len(window))
    while 0 < first < len(window) and _is_continuation(window[first]):
        first -= 1
    while last < len(window) and _is_continuation(window[last]):
        last += 1
    content = decode(path, window[first:last])
    return TextPart(content, window_start + first, window_start + max(first, last))


def decode(path: str, content: bytes) -> str:
    if b"\0" in content:
        raise _no_text(path, "contains NUL bytes")
    try:
        text = content.decode()
    except UnicodeDecodeError:
        raise _no_text(path, "is not valid UTF-8 text") from None
    controls = len(_CONTROL.findall(text))
    if controls > MAX_CONTROL_CHARS and controls > MAX_CONTROL_SHARE * len(text):
        raise _no_text(path, "contains too many control characters")
    return text


def _is_continuation(byte: int) -> bool:
    return 0x80 <= byte <= 0xBF


def _no_text(path: str, why: str) -> Failure:
    return Failure(Code.TEXT_ONLY, f"Refusing to cat non-text file: {path}. It {why}.")
