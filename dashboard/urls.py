from django.urls import path

from dashboard import audit_views, session_views, views

app_name = "dashboard"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("sessions/<slug:number>/end/", session_views.end_session, name="end-session"),
    path("audit/", audit_views.audit_log, name="audit"),
    path("audit/export.<str:format_name>", audit_views.export_audit_log, name="export-audit"),
    path("api/metrics", views.metrics, name="metrics"),
]
