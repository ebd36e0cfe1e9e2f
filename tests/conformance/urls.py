"""Where the fixture is served: the product's own views, on another server."""

from django.urls import path

from mcpendpoint.serving.tool_lists import SerializedToolLists
from mcpendpoint.transports.http import endpoint_view
from mcpendpoint.transports.listening import Listening
from mcpendpoint.transports.sse.view import sse_view
from tests.conformance.fixture.server import FIXTURE_SERVER

_listening = Listening(SerializedToolLists(FIXTURE_SERVER))
_sse = sse_view(FIXTURE_SERVER, None, _listening)

urlpatterns = [
    path("mcp", endpoint_view(FIXTURE_SERVER)),
    path("sse", _sse),
    path("sse/messages", _sse),
]
