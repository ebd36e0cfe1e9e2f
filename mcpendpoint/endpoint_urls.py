"""The paths of the endpoint itself: served by the lean handler, and by Django as any others.

With a slash at the end too: people type one, and some bridges add it. Nothing is redirected, since
many clients do not repeat a POST.
"""

from django.urls import path

from mcpendpoint.views import endpoint, sse

urlpatterns = [
    path("mcp", endpoint, name="shared"),
    path("mcp/", endpoint),
    path("u/<str:username>/mcp", endpoint, name="personal"),
    path("u/<str:username>/mcp/", endpoint),
    path("u/<str:username>/<slug:profile>/mcp", endpoint, name="profile"),
    path("u/<str:username>/<slug:profile>/mcp/", endpoint),
    path("sse", sse, name="shared_sse"),
    path("sse/", sse),
    path("sse/messages", sse),
    path("u/<str:username>/sse", sse, name="personal_sse"),
    path("u/<str:username>/sse/", sse),
    path("u/<str:username>/sse/messages", sse),
    path("u/<str:username>/<slug:profile>/sse", sse, name="profile_sse"),
    path("u/<str:username>/<slug:profile>/sse/", sse),
    path("u/<str:username>/<slug:profile>/sse/messages", sse),
]
