"""Pictures made small enough for a model, or refused. Pure: no I/O, but much work: not on the loop.

What models' APIs take: PNG, JPEG, GIF and WebP, at most 8 000 pixels a side and 5 MB (Anthropic),
of which nothing above 1 568 pixels is looked at. Decoding is bounded before it begins.
"""

import base64
import binascii
import io
from dataclasses import dataclass

from PIL import Image, ImageOps

MAX_PIXELS = 40_000_000
"""Of all pictures of a result that have to be decoded."""
MAX_SIDE = 8_000
MIN_ENCODED_CHARS = 4_000
STEP_CHARS = 1_000_000
"""Of base64, so a multiple of four."""
MIME_TYPES = {
    "GIF": "image/gif",
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
}
_READABLE = (*MIME_TYPES, "BMP")
_STEPS = ((1_568, 85), (1_568, 70), (1_024, 70), (768, 65), (512, 60), (320, 50))
"""Longest side and quality, one after the other until the picture is small enough."""

Image.MAX_IMAGE_PIXELS = None  # ours is checked, before anything is decoded


@dataclass(frozen=True)
class Picture:
    data: str
    """Base64."""
    mime_type: str
    decoded_pixels: int = 0


def fit_picture(data: str, mime_type: str, max_chars: int, max_pixels: int) -> Picture | None:
    """Return a picture of at most that many characters of base64, None where that cannot be.

    One that fits stays as it is, but for a type that is wrong.
    """
    image = _opened(data)
    if image is None:
        is_known = mime_type in MIME_TYPES.values() and len(data) <= max_chars
        return Picture(data, mime_type) if is_known else None
    with image:
        if len(data) <= max_chars and max(image.size) <= MAX_SIDE and image.format in MIME_TYPES:
            return Picture(data, MIME_TYPES[image.format])
        if max_chars < MIN_ENCODED_CHARS or image.width * image.height > max_pixels:
            return None
        try:
            return _shrunk(image, max_chars)
        except (OSError, ValueError, SyntaxError, MemoryError, EOFError):
            return None  # Pillow's ways to say that a file is broken


def _opened(data: str) -> Image.Image | None:
    """Return an image of which only the head was read."""
    try:
        return Image.open(io.BytesIO(_decoded(data)), formats=_READABLE)
    except (binascii.Error, OSError, ValueError, SyntaxError, EOFError):
        return None


def _decoded(data: str) -> bytes:
    """Decode in steps, between which others get their turn. Raises binascii.Error."""
    steps = range(0, len(data), STEP_CHARS)
    return b"".join(
        base64.b64decode(data[start : start + STEP_CHARS], validate=True) for start in steps
    )


def _shrunk(image: Image.Image, max_chars: int) -> Picture | None:
    pixels = image.width * image.height
    image.draft("RGB", (_STEPS[0][0], _STEPS[0][0]))  # lets a JPEG be decoded at a fraction
    has_alpha = image.has_transparency_data
    picture = ImageOps.exif_transpose(image).convert("RGBA" if has_alpha else "RGB")
    kind = "WEBP" if has_alpha else "JPEG"
    for side, quality in _STEPS:
        picture.thumbnail((side, side))
        encoded = io.BytesIO()
        picture.save(encoded, kind, quality=quality)
        data = base64.b64encode(encoded.getbuffer()).decode("ascii")
        if len(data) <= max_chars:
            return Picture(data, MIME_TYPES[kind], pixels)
    return None
