from django.urls import path

from accounts.groups.views import groups, members, preview

app_name = "groups"
urlpatterns = [
    path("", groups.group_list, name="list"),
    path("new/", groups.new, name="new"),
    path("preview/", preview.preview, name="preview"),
    path("<int:group_id>/", members.group, name="group"),
    path("<int:group_id>/remove/", members.remove, name="remove-member"),
    path("<int:group_id>/edit/", groups.edit, name="edit"),
    path("<int:group_id>/delete/", groups.delete, name="delete"),
]
