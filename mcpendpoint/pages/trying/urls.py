from django.urls import path

from mcpendpoint.pages.hourly_prices import prices
from mcpendpoint.pages.trying import views

app_name = "tools"

urlpatterns = [
    path("", views.overview, name="overview"),
    path("prices/", prices, name="prices"),
    path("<slug:name>/", views.tool, name="tool"),
]
