from django.urls import include, path

from mcpendpoint.views import hub_webhook, protected_resource

app_name = "mcpendpoint"

RESOURCE = ".well-known/oauth-protected-resource"

urlpatterns = [
    path("", include("mcpendpoint.endpoint_urls")),
    path("webhooks/hugging-face/<slug:address>/", hub_webhook, name="hub-webhook"),
    *(
        path(f"{RESOURCE}{resource}{slash}", protected_resource)
        for resource in (
            *("", "/mcp", "/u/<str:username>/mcp", "/u/<str:username>/<slug:profile>/mcp"),
            *("/sse", "/u/<str:username>/sse", "/u/<str:username>/<slug:profile>/sse"),
        )
        for slash in ("", "/")
    ),
]
