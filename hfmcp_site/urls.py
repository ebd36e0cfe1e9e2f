from django.urls import include, path
from django.views.generic import RedirectView

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="accounts:settings"), name="home"),
    path("", include("mcpendpoint.urls")),
    path("", include("accounts.urls")),
    path("", include("accounts.authorization.urls")),
    path("settings/spaces/", include("mcpendpoint.pages.space_urls")),
    path("dashboard/", include("dashboard.urls")),
]
