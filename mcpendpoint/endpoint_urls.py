"""The paths of the endpoint itself: served by the lean handler, and by Django as any others."""

from django.urls import path

from mcpendpoint.views import endpoint

urlpatterns = [
    path("mcp", endpoint, name="shared"),
    path("u/<str:username>/mcp", endpoint, name="personal"),
]
