from django.urls import include, path

from mcpendpoint.views import protected_resource

app_name = "mcpendpoint"

RESOURCE = ".well-known/oauth-protected-resource"

urlpatterns = [
    path("", include("mcpendpoint.endpoint_urls")),
    path(RESOURCE, protected_resource),
    path(f"{RESOURCE}/mcp", protected_resource),
    path(f"{RESOURCE}/u/<str:username>/mcp", protected_resource),
]
