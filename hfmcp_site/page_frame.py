"""What the frame of every page tells (a context processor)."""

from django.http import HttpRequest

from mcpendpoint import __version__


def page_frame(request: HttpRequest) -> dict[str, str]:
    return {"server_version": __version__}
