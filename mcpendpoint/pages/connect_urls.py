from django.urls import path

from mcpendpoint.pages.connecting import making, views
from mcpendpoint.pages.url_building import build_url

app_name = "connect"

urlpatterns = [
    path("", views.choose, name="choose"),
    path("url/", build_url, name="build-url"),
    path("<slug:slug>/", views.guide, name="client"),
    path("<slug:slug>/waiting/", views.waiting, name="waiting"),
    path("<slug:slug>/key/", making.make_key, name="make-key"),
    path("<slug:slug>/client/", making.make_own_client, name="make-client"),
]
