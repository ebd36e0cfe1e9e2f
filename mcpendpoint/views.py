"""The endpoint's views."""

from mcpendpoint.access.metadata import protected_resource
from mcpendpoint.serving.server import make_site_server
from mcpendpoint.serving.tool_lists import SerializedToolLists
from mcpendpoint.transports.http import endpoint_view

_server = make_site_server()

endpoint = endpoint_view(_server, shortcut=SerializedToolLists(_server))

__all__ = ["endpoint", "protected_resource"]
