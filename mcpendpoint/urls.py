from django.urls import include, path

from mcpendpoint.views import protected_resource

app_name = "mcpendpoint"

urlpatterns = [
    path("", include("mcpendpoint.endpoint_urls")),
    path(".well-known/oauth-protected-resource", protected_resource),
    path(
        ".well-known/oauth-protected-resource/<path:resource_path>",
        protected_resource,
        name="protected-resource",
    ),
]
