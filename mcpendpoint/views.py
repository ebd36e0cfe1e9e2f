"""The endpoint's views."""

from mcpendpoint.access.metadata import protected_resource
from mcpendpoint.serving.server import SERVER
from mcpendpoint.serving.tool_lists import SerializedToolLists
from mcpendpoint.transports.http import endpoint_view

endpoint = endpoint_view(SERVER, shortcut=SerializedToolLists(SERVER))

__all__ = ["endpoint", "protected_resource"]
