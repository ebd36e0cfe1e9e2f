from django.urls import path

from accounts.profiles import moving_views, views

app_name = "profiles"

urlpatterns = [
    path("settings/profiles/", views.profiles, name="list"),
    path("settings/profiles/<slug:name>/edit/", views.edit_profile, name="edit"),
    path("settings/profiles/<int:profile_id>/rename/", views.rename, name="rename"),
    path("settings/profiles/<int:profile_id>/default/", views.set_default, name="set-default"),
    path("settings/profiles/<int:profile_id>/delete/", views.delete, name="delete"),
    path("settings/profiles/keys/<int:key_id>/", views.bind_key, name="bind-key"),
    path("settings/profiles/apps/<int:connection_id>/", views.bind_app, name="bind-app"),
    path("settings/profiles/<slug:name>/file/", moving_views.export, name="export"),
    path("settings/profiles/file/", moving_views.read, name="import"),
    path("profiles/add/", moving_views.add, name="add"),
]
