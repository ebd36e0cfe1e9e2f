"""For operators."""

from django.urls import path
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dashboard.alerts import digest_views, receiver_views, views
from dashboard.alerts.places import for_operators

app_name = "alerts"

get_or_post = require_http_methods(["GET", "POST"])

urlpatterns = [
    path("", require_safe(for_operators(views.page)), name="page"),
    path("rules/", require_POST(for_operators(views.add)), name="add-rule"),
    path("rules/usual/", require_POST(for_operators(views.add_usual)), name="add-usual-rules"),
    path("rules/<int:number>/", get_or_post(for_operators(views.change)), name="rule"),
    path(
        "rules/<int:number>/remove/", require_POST(for_operators(views.remove)), name="remove-rule"
    ),
    path("receivers/", get_or_post(for_operators(views.add_receiver)), name="add-receiver"),
    path(
        "receivers/<int:number>/test/",
        require_POST(for_operators(receiver_views.test)),
        name="test-receiver",
    ),
    path(
        "receivers/<int:number>/hours/",
        require_POST(for_operators(receiver_views.change_hours)),
        name="change-hours",
    ),
    path("digest/", require_safe(for_operators(digest_views.preview)), name="digest"),
    path(
        "receivers/<int:number>/digest/",
        require_POST(for_operators(digest_views.change)),
        name="change-digest",
    ),
    path(
        "receivers/<int:number>/digest/send/",
        require_POST(for_operators(digest_views.send_now)),
        name="send-digest",
    ),
    path(
        "receivers/<int:number>/remove/",
        require_POST(for_operators(receiver_views.remove)),
        name="remove-receiver",
    ),
]
