"""Which files a place takes, in the words that Gradio has for it. Pure: no I/O.

Gradio's `file_types` are words ("image", "audio", "video", "text", "file" for any) and endings
(".csv"); by them it refuses files, for their names alone (gradio_client/utils.py, `is_valid_file`;
5.28 to 6.31). A component for pictures, sounds or videos says as much by its type.
"""

import mimetypes
import re
from collections.abc import Iterable
from typing import Any

from mcpendpoint.files.names import UNKNOWN_TYPE, ending_of

MAX_TYPES = 30
ANYTHING: tuple[str, ...] = ()

_WORDS = {
    "image": ("a picture", "cat.png"),
    "audio": ("a sound", "voice.mp3"),
    "video": ("a video", "clip.mp4"),
    "text": ("a text", "notes.txt"),
}
_ENDING = re.compile(r"\.[a-z0-9]{1,12}(?:\.[a-z0-9]{1,12})?")
_KINDS = frozenset({"audio", "video", "image", "text", "font", "model"})
_DOCUMENTS = frozenset(f"application/{kind}" for kind in ("pdf", "zip", "json", "gzip"))
_ALSO = {
    # Apps take the sound of a video (gradio/processing_utils.py, `audio_from_file`), and ffmpeg
    # takes a GIF for a video. Of a text nothing is known but that it is none of the others.
    "audio": frozenset({"video"}),
    "video": frozenset({"image"}),
}


def read_file_types(stated: Any) -> tuple[str, ...]:
    """Return the words and endings; nothing where one of them is not known, and all may be taken.

    They are a stranger's, and shown to people and assistants: nothing else passes.
    """
    if not isinstance(stated, list | tuple) or not 0 < len(stated) <= MAX_TYPES:
        return ANYTHING
    types = [each.strip().lower() if isinstance(each, str) else "" for each in stated]
    is_known = all(each in _WORDS or _ENDING.fullmatch(each) for each in types)
    return tuple(dict.fromkeys(types)) if is_known else ANYTHING


def fits(takes: Iterable[str], name: str, mime_type: str) -> bool:
    """Whether a file may be what is taken; `name` is "" where it has none yet.

    An ending is as Gradio has it. For a word, what only one of type and name says lets it pass:
    people rename files.
    """
    takes = tuple(takes)
    return not takes or any(_fits(each, name.lower(), mime_type) for each in takes)


def _fits(taken: str, name: str, mime_type: str) -> bool:
    if taken.startswith("."):
        return name.endswith(taken) if name else taken in _endings_of(mime_type, taken)
    told = {mime_type, mimetypes.guess_type(name)[0] or ""} - {"", UNKNOWN_TYPE}
    others = _KINDS - {taken} - _ALSO.get(taken, frozenset())
    documents = frozenset() if taken == "text" else _DOCUMENTS
    return not told or not all(
        each in documents or each.partition("/")[0] in others for each in told
    )


def _endings_of(mime_type: str, unknown: str) -> set[str]:
    """Return how files of a type may end, `unknown` where nobody knows."""
    if mime_type in ("", UNKNOWN_TYPE):
        return {unknown}
    return {ending_of(mime_type), *mimetypes.guess_all_extensions(mime_type)}


def described(takes: Iterable[str], *, with_example: bool = False) -> str:
    """Return what is taken in words, "a picture, such as cat.png"."""
    takes = tuple(takes)
    told = [
        f"{_WORDS[each][0]}, such as {_WORDS[each][1]}" if with_example else _WORDS[each][0]
        for each in takes
        if each in _WORDS
    ]
    if endings := [each for each in takes if each not in _WORDS]:
        told.append(f"a file that ends in {_either(endings)}")
    return ("; or " if with_example else " or ").join(told) or "a file"


def _either(words: list[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} or {last}" if first else last


def accepted(takes: Iterable[str]) -> str:
    """Return it as HTML has it, for `accept` of an input; "" for anything."""
    return ",".join(each if each.startswith(".") else f"{each}/*" for each in takes)
