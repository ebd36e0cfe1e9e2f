"""The ASGI application: the MCP endpoint, Django's pages, the dashboard's WebSocket.

Depends on no lifespan, so that daphne, uvicorn and granian can all serve it.
"""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hfmcp_site.settings")
django_application = get_asgi_application()

# Only now are the models loaded that these import.
from channels.auth import AuthMiddlewareStack  # noqa: E402
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from channels.security.websocket import OriginValidator  # noqa: E402
from django.conf import settings  # noqa: E402

from dashboard.routing import websocket_urlpatterns  # noqa: E402
from mcpendpoint.handler import EndpointHandler  # noqa: E402


def _websocket_origins() -> list[str]:
    """The pages that may open a socket: ours, by each of our names."""
    ports = {":*"} if settings.DEBUG else {""}
    return [
        settings.PUBLIC_URL,
        *(f"{host}{port}" for host in settings.ALLOWED_HOSTS for port in ports),
    ]


application = ProtocolTypeRouter(
    {
        "http": EndpointHandler(django_application),
        "websocket": OriginValidator(
            AuthMiddlewareStack(URLRouter(websocket_urlpatterns)), _websocket_origins()
        ),
    }
)
