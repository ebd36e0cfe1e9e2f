from channels.security.websocket import WebsocketDenier
from django.urls import path, re_path

from dashboard.consumers import DashboardConsumer

websocket_urlpatterns = [
    path("ws/dashboard/", DashboardConsumer.as_asgi()),
    re_path("", WebsocketDenier.as_asgi()),  # or the router raises
]
