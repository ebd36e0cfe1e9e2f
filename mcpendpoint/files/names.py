"""What a file is called and of which type, as far as others say so: hostile input. Pure: no I/O."""

import mimetypes
import re
import unicodedata

from mcpendpoint.protocol.visible_text import visible_line

MAX_NAME_CHARS = 120
MAX_ENDING_CHARS = 16
NAMELESS = "file"
UNKNOWN_TYPE = "application/octet-stream"
RASTER_TYPES = frozenset(f"image/{kind}" for kind in ("png", "jpeg", "gif", "webp", "avif", "bmp"))
"""What a browser may show: pictures that hold nothing that runs."""
_UNITS = ("kB", "MB", "GB", "TB", "PB")
_HARMLESS = re.compile(r"(audio|video)/[a-z0-9.+-]+|text/(plain|csv)|application/(pdf|json|zip)")
_TYPE = re.compile(r"[a-z]{1,15}/[a-z0-9][a-z0-9.+-]{0,80}")
_ENDINGS = {
    **dict.fromkeys(("audio/wav", "audio/wave", "audio/x-wav", "audio/vnd.wave"), ".wav"),
    **dict.fromkeys(("audio/m4a", "audio/x-m4a", "audio/mp4"), ".m4a"),
    **dict.fromkeys(("audio/mp3", "audio/mpeg"), ".mp3"),
    **dict.fromkeys(("audio/flac", "audio/x-flac"), ".flac"),
    **dict.fromkeys(("image/jpg", "image/jpeg"), ".jpg"),
    **dict.fromkeys(("application/x-zip-compressed", "application/zip"), ".zip"),
    **dict.fromkeys(("application/yaml", "text/yaml"), ".yaml"),
    "audio/ogg": ".ogg",
    "audio/webm": ".webm",
    "video/x-matroska": ".mkv",
    "application/parquet": ".parquet",
}
"""Which `mimetypes` does not know, or by another ending than programs go by."""
_NOT_IN_NAMES = re.compile(r'[\x00-\x1f\x7f<>:"|?*%#]')


def clean_name(given: str) -> str:
    """Return a name without folders, hidden characters and what file systems do not take."""
    last = re.split(r"[/\\]", given[-10 * MAX_NAME_CHARS :].rstrip("/\\"))[-1]
    line = visible_line(unicodedata.normalize("NFC", last))
    line = " ".join(_NOT_IN_NAMES.sub("_", line).split()).strip(". ")
    stem, dot, ending = line.rpartition(".")
    if not stem or len(ending) > MAX_ENDING_CHARS:
        return line[:MAX_NAME_CHARS].rstrip() or NAMELESS
    return f"{stem[: MAX_NAME_CHARS - len(ending) - 1].rstrip()}{dot}{ending}"


def type_of(given: str, name: str) -> str:
    """Return the type that was told, or the one that the name tells where that says nothing."""
    told = given[:200].partition(";")[0].strip().lower()
    if not _TYPE.fullmatch(told) or told == UNKNOWN_TYPE:
        told = mimetypes.guess_type(name)[0] or UNKNOWN_TYPE
    return told


def served_type(mime_type: str) -> str:
    """Return the type that bytes are sent with: none that a browser might run."""
    is_harmless = mime_type in RASTER_TYPES or _HARMLESS.fullmatch(mime_type)
    return mime_type if is_harmless else UNKNOWN_TYPE


def in_words(size: int) -> str:
    """Return a number of bytes as people say it, "1.5 MB"."""
    if size < 1_000:
        return f"{size} byte{'' if size == 1 else 's'}"
    exponent = min((len(str(size)) - 1) // 3, len(_UNITS))
    shown = f"{size / 1_000**exponent:.1f}".removesuffix(".0")
    return f"{shown} {_UNITS[exponent - 1]}"


def ending_of(mime_type: str) -> str:
    """Return the ending by which programs know a type, "" for none."""
    kind = mime_type.partition(";")[0].strip().lower()
    return _ENDINGS.get(kind) or mimetypes.guess_extension(kind) or ""
