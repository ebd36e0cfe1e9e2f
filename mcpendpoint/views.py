"""The endpoint's views."""

from mcpendpoint.access.metadata import protected_resource
from mcpendpoint.serving.site import site_server
from mcpendpoint.serving.tool_lists import SerializedToolLists
from mcpendpoint.transports.http import endpoint_view
from mcpendpoint.transports.hub_webhook import hub_webhook
from mcpendpoint.transports.listening import Listening
from mcpendpoint.transports.sse.view import sse_view

_server = site_server()

_lists = SerializedToolLists(_server)

_listening = Listening(_lists)

endpoint = endpoint_view(_server, shortcut=_lists, listening=_listening)

sse = sse_view(_server, _lists, _listening)

__all__ = ["endpoint", "hub_webhook", "protected_resource", "sse"]
