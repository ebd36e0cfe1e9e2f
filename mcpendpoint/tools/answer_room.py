"""How much one answer can carry."""

from django.conf import settings


def bytes_for_media() -> int:
    """Return how many bytes of images or files fit, which go as base64 beside the text."""
    return int(settings.MCP_MAX_ANSWER_BYTES) * 2 // 3
