"""Whether a file can be what a Space's tool wants, before anything leaves."""

import mimetypes
import re
from typing import Any

from django.conf import settings

from mcpendpoint.files.names import UNKNOWN_TYPE, in_words
from mcpendpoint.gradio.errors import SpaceError
from mcpendpoint.gradio.file_kinds import described, fits
from mcpendpoint.gradio.file_places import FilePlaces
from mcpendpoint.protocol.records import Reason

MAX_BYTES = 500_000_000
"""Of all files of a call."""
MAX_INLINE_BYTES = 3_000_000
"""Gradio's `mcp` takes requests of 4 MiB (mcp/server/transport_security.py,
DEFAULT_MAX_REQUEST_BODY_SIZE), and base64 adds a third.
"""

_DATA_URI = re.compile(r"data:([a-z]+/[a-z0-9.+-]+)[;,]", re.IGNORECASE)


def largest_file(*, is_private: bool = False) -> int:
    """Return how many bytes a file may have that such a Space is given."""
    most = min(int(settings.FILES_MAX_BYTES), MAX_BYTES)
    return min(most, MAX_INLINE_BYTES) if is_private else most


def check_given(
    name: str, mime_type: str, size: int, place: FilePlaces, *, is_private: bool = False
) -> None:
    """Raises SpaceError for a file that a place plainly does not take."""
    most = largest_file(is_private=is_private)
    if size > most:
        whose = "a private Space can be given" if is_private else "a Space can be given"
        raise SpaceError(
            f"“{name}” is too large, with {in_words(size)}: {whose} files of {in_words(most)} at "
            "most.",
            reason=Reason.TOO_LARGE,
        )
    if not fits(place.takes, name, mime_type):
        told = mime_type if mime_type != UNKNOWN_TYPE else ""
        raise _other(f"“{name}”", told or mimetypes.guess_type(name)[0] or "", place)


def check_data_uri(given: Any, place: FilePlaces) -> None:
    """Raises SpaceError for a data: URI of what a place plainly does not take."""
    found = _DATA_URI.match(given) if isinstance(given, str) else None
    if found is not None and not fits(place.takes, "", found[1].lower()):
        raise _other("The data: URI", found[1].lower(), place)


def _other(what: str, told: str, place: FilePlaces) -> SpaceError:
    of_type = f" is of the type {told}, and" if told else " is of another kind:"
    return SpaceError(
        f"{what}{of_type} this tool takes {described(place.takes, with_example=True)}.",
        reason=Reason.INVALID_ARGUMENTS,
    )
