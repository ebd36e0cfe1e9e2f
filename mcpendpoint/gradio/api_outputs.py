"""What a function of an app returned, as blocks: the same that Gradio's `mcp` makes of it.

gradio/mcp.py, `postprocess_output_data`: pictures themselves and their addresses, of other files
the addresses, of all else Python's words for it, but for lists and objects, which it has no one way
to write. Its server reads pictures from its disk; here they are fetched from the Space, and from
nowhere else.
"""

import base64
import json
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

from accounts.outgoing.errors import OutgoingError
from mcpendpoint.gradio.exchange import Message
from mcpendpoint.gradio.transport import ask_space, token_header

MAX_OUTPUTS = 200
MAX_PICTURES = 10
MAX_PICTURE_BYTES = 8_000_000
PICTURE_SECONDS = 30
FILE_PATH = "/gradio_api/file="
SVG = "data:image/svg"

_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"RIFF", "image/webp"),
    (b"BM", "image/bmp"),
)
_ENDINGS = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp")


@dataclass(frozen=True)
class Place:
    """Where an app's files are read."""

    url: str
    """Of the Space, or of the replica that worked."""
    own_url: str
    """Of the Space, with which the app's own addresses begin."""
    token: str | None
    """Only for a Space that asks for one."""


async def blocks_of(outputs: list[Any], place: Place, *, include_images: bool) -> list[Message]:
    blocks: list[Message] = []
    pictures = 0
    for output in outputs[:MAX_OUTPUTS]:
        if (svg := _svg_in(output)) is not None:
            blocks.append(_picture(svg, "image/svg+xml"))
        elif not _is_file(output):
            blocks.append(_text(_words_for(output)))
        else:
            address = _address_of(output, place)
            is_picture = str(output["path"]).lower().endswith(_ENDINGS)
            if is_picture and include_images and pictures < MAX_PICTURES:
                pictures += 1
                blocks.extend(await _fetched(output, place))
            blocks.append(_text(f"Image URL: {address}" if is_picture else address))
    return blocks


def _words_for(output: Any) -> str:
    if isinstance(output, dict | list):
        return json.dumps(output, ensure_ascii=False)
    return str(output)


def _is_file(output: Any) -> bool:
    meta = output.get("meta") if isinstance(output, dict) else None
    return (
        isinstance(meta, dict)
        and meta.get("_type") == "gradio.FileData"
        and isinstance(output.get("path"), str)
    )


def _svg_in(output: Any) -> bytes | None:
    url = output.get("url") if isinstance(output, dict) else None
    if not isinstance(url, str) or not url.startswith(SVG):
        return None
    return unquote(url.partition(",")[2]).encode()


def _address_of(output: dict[str, Any], place: Place) -> str:
    url = output.get("url")
    if isinstance(url, str) and url.startswith(("http://", "https://")):
        return url
    return f"{place.own_url}{FILE_PATH}{quote(output['path'], safe='/')}"


async def _fetched(output: dict[str, Any], place: Place) -> list[Message]:
    """Return the picture, nothing if it cannot be had: its address is told anyway."""
    start = f"{place.own_url}{FILE_PATH}"
    address = _address_of(output, place)
    if not address.startswith(start):
        return []
    url = f"{place.url}{FILE_PATH}{address.removeprefix(start)}"
    content = b""
    with suppress(OutgoingError):
        headers = token_header(place.token)
        async with ask_space("GET", url, headers, seconds=PICTURE_SECONDS) as answer:
            if answer.status == 200:
                content = await answer.read(MAX_PICTURE_BYTES)
    kind = next((kind for begin, kind in _SIGNATURES if content.startswith(begin)), None)
    return [_picture(content, kind)] if kind else []


def _picture(content: bytes, mime_type: str) -> Message:
    data = base64.b64encode(content).decode()
    return {"type": "image", "data": data, "mimeType": mime_type}


def _text(text: str) -> Message:
    return {"type": "text", "text": text}
