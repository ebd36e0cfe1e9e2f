"""The ASGI application: the MCP endpoint, Django's pages, the dashboard's WebSocket.

Works without a lifespan, so that daphne, uvicorn and granian can all serve it; with one, the last
counts are stored at the end.
"""

import gc
import os
from concurrent.futures import ThreadPoolExecutor

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hfmcp_site.settings")
django_application = get_asgi_application()

# Only now are the models loaded that these import.
from channels.auth import AuthMiddlewareStack  # noqa: E402
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402

from accounts.news import follower  # noqa: E402
from accounts.operators.block_list import block_list  # noqa: E402
from dashboard.alerts.watching import watcher  # noqa: E402
from dashboard.lifespan import lifespan  # noqa: E402
from dashboard.routing import websocket_urlpatterns  # noqa: E402
from hfmcp_site.health import HealthChecks  # noqa: E402
from hfmcp_site.monitoring.serving import Monitoring  # noqa: E402
from hfmcp_site.monitoring.state import start_looking  # noqa: E402
from hfmcp_site.request_ids import RequestIds  # noqa: E402
from hfmcp_site.startup import require_migrations  # noqa: E402
from hfmcp_site.telemetry import sending_what_is_left, start_telemetry  # noqa: E402
from hfmcp_site.websockets import CloseWhenUnavailable, SameOriginOnly  # noqa: E402
from mcpendpoint.gradio.knowledge import refresher  # noqa: E402
from mcpendpoint.push.bus import bus  # noqa: E402
from mcpendpoint.push.ended_sessions import ended_sessions  # noqa: E402
from mcpendpoint.transports.handler import EndpointHandler  # noqa: E402

# In a thread: uvicorn imports this module within its event loop, where Django refuses to ask.
with ThreadPoolExecutor(1) as start:
    start.submit(require_migrations).result()

start_telemetry()


def hear_of_others() -> None:
    """Begin to hear what other processes change and tell, as soon as there is an event loop."""
    follower.follow_too(ended_sessions)
    follower.follow_too(block_list)
    follower.start()
    bus.start_soon()
    refresher.start()
    watcher.start()
    start_looking()


application = ProtocolTypeRouter(
    {
        "http": RequestIds(
            HealthChecks(Monitoring(EndpointHandler(django_application, at_first=hear_of_others)))
        ),
        "websocket": RequestIds(
            SameOriginOnly(
                CloseWhenUnavailable(AuthMiddlewareStack(URLRouter(websocket_urlpatterns)))
            )
        ),
        "lifespan": sending_what_is_left(lifespan),
    }
)

# What is loaded by now stays: a full collection that looks at all of it again takes 0.1 s.
gc.collect()
gc.freeze()
