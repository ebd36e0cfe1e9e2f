"""For each person."""

from django.urls import path
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dashboard.alerts import digest_views, personal_views, receiver_views
from dashboard.alerts.places import for_people

app_name = "personal-alerts"

get_or_post = require_http_methods(["GET", "POST"])

urlpatterns = [
    path("", require_safe(for_people(personal_views.page)), name="page"),
    path("choice/", require_POST(for_people(personal_views.choose)), name="choose"),
    path("confirm/<str:token>/", personal_views.confirm_address, name="confirm"),
    path("receivers/", get_or_post(for_people(personal_views.add_receiver)), name="add-receiver"),
    path(
        "receivers/<int:number>/test/",
        require_POST(for_people(receiver_views.test)),
        name="test-receiver",
    ),
    path(
        "receivers/<int:number>/hours/",
        require_POST(for_people(receiver_views.change_hours)),
        name="change-hours",
    ),
    path("digest/", require_safe(for_people(digest_views.preview)), name="digest"),
    path(
        "receivers/<int:number>/digest/",
        require_POST(for_people(digest_views.change)),
        name="change-digest",
    ),
    path(
        "receivers/<int:number>/digest/send/",
        require_POST(for_people(digest_views.send_now)),
        name="send-digest",
    ),
    path(
        "receivers/<int:number>/remove/",
        require_POST(for_people(receiver_views.remove)),
        name="remove-receiver",
    ),
]
