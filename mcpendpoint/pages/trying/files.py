"""Files that a person gives to a tool on its page."""

import re
from base64 import b64encode
from typing import Any

from django.core.files.uploadedfile import UploadedFile

from accounts.models import User
from mcpendpoint.tools.markdown import byte_size

MAX_FILE_BYTES = 700_000
"""It is a third longer as text, and a request has MCP_MAX_BODY_BYTES."""

_TYPE = re.compile(r"[a-z]{1,20}/[a-z0-9.+-]{1,80}")


class FileRefused(ValueError):
    """Why a file cannot be given, in a sentence for whoever gave it."""


async def file_argument(user: User, uploaded: "UploadedFile[Any]") -> str:
    """Return the argument that stands for a file of this person. Raises FileRefused."""
    size = uploaded.size or 0
    if size > MAX_FILE_BYTES:
        raise FileRefused(
            f"This file has {byte_size(size)}; {byte_size(MAX_FILE_BYTES)} is the most that can be "
            "given here. Put it where it has an address, and write that instead."
        )
    if not size:
        raise FileRefused("This file is empty.")
    kind = (uploaded.content_type or "").lower()
    if not _TYPE.fullmatch(kind):
        kind = "application/octet-stream"
    return f"data:{kind};base64,{b64encode(uploaded.read()).decode()}"
