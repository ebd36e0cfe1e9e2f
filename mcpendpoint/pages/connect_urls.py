from django.urls import path

from mcpendpoint.pages.connecting import making, views

app_name = "connect"

urlpatterns = [
    path("", views.choose, name="choose"),
    path("<slug:slug>/", views.guide, name="client"),
    path("<slug:slug>/waiting/", views.waiting, name="waiting"),
    path("<slug:slug>/key/", making.make_key, name="make-key"),
    path("<slug:slug>/client/", making.make_own_client, name="make-client"),
]
