from django.urls import path

from mcpendpoint.pages.trying import views

app_name = "tools"

urlpatterns = [
    path("", views.overview, name="overview"),
    path("<slug:name>/", views.tool, name="tool"),
]
