"""What the pages say of how large a file may be."""

from typing import Any

from django.conf import settings

from mcpendpoint.files.names import in_words

FORM_ROOM_BYTES = 2_000
"""Of a form's body, for all but the file."""


def upload_limits() -> dict[str, Any]:
    """Return the limits of an upload in pieces, and of one in an ordinary form."""
    most = settings.FILES_MAX_BYTES
    most_of_form = max(min(most, settings.MCP_MAX_BODY_BYTES - FORM_ROOM_BYTES), 0)
    return {"max_bytes": most, "most": in_words(most), "most_of_form": in_words(most_of_form)}
