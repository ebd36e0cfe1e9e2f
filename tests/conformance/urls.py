"""Where the fixture is served: the product's own view, on another server."""

from django.urls import path

from mcpendpoint.transports.http import endpoint_view
from tests.conformance.fixture.server import FIXTURE_SERVER

urlpatterns = [path("mcp", endpoint_view(FIXTURE_SERVER))]
