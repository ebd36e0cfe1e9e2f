from django.urls import include, path

from mcpendpoint.views import protected_resource

app_name = "mcpendpoint"

RESOURCE = ".well-known/oauth-protected-resource"

urlpatterns = [
    path("", include("mcpendpoint.endpoint_urls")),
    *(
        path(f"{RESOURCE}{resource}{slash}", protected_resource)
        for resource in ("", "/mcp", "/u/<str:username>/mcp", "/sse", "/u/<str:username>/sse")
        for slash in ("", "/")
    ),
]
