from django.urls import include, path
from django.views.i18n import set_language

from dashboard.home.views import home
from dashboard.views import transport_metrics

urlpatterns = [
    path("", home, name="home"),
    path("language/", set_language, name="set-language"),
    path("", include("mcpendpoint.urls")),
    path("", include("accounts.urls")),
    path("", include("accounts.authorization.urls")),
    path("", include("accounts.profiles.urls")),
    path("connect/", include("mcpendpoint.pages.connect_urls")),
    path("settings/spaces/", include("mcpendpoint.pages.space_urls")),
    path("settings/alerts/", include("dashboard.alerts.personal_urls")),
    path("tools/", include("mcpendpoint.pages.trying.urls")),
    path("files/", include("mcpendpoint.pages.file_urls")),
    path("mcp/files/", include("mcpendpoint.pages.download_urls")),
    path("u/<str:username>/mcp/files/", include("mcpendpoint.pages.download_urls")),
    path("dashboard/", include("dashboard.urls")),
    path("dashboard/", include("accounts.operators.urls")),
    path("dashboard/people/groups/", include("accounts.groups.urls")),
    path("api/transport-metrics", transport_metrics, name="transport-metrics"),
    path("", include("mcpendpoint.pages.near_misses")),  # after what there is
]

handler400 = "hfmcp_site.failures.bad_request"
handler500 = "hfmcp_site.failures.server_error"
