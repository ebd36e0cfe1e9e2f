from django.urls import include, path

from dashboard import audit_views, detail_views, hub_views, list_views, session_views, views

app_name = "dashboard"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("sessions/<slug:number>/end/", session_views.end_session, name="end-session"),
    path("alerts/", include("dashboard.alerts.urls")),
    path("audit/", audit_views.audit_log, name="audit"),
    path("audit/export.<str:format_name>", audit_views.export_audit_log, name="export-audit"),
    *(path(f"{kind}/", list_views.all_of, {"kind": kind}, name=kind) for kind in list_views.LISTS),
    path("client/", detail_views.client, name="client"),
    path("tool/", detail_views.tool, name="tool"),
    path("space/", detail_views.space, name="space"),
    path("hub/", hub_views.hub, name="hub"),
    path("errors/", detail_views.errors, name="errors"),
    path("api/metrics", views.metrics, name="metrics"),
]
