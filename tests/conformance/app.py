"""Serves the fixture through the product's lean handler; prints its URL when ready.

Everything else comes from the environment, as in tests.live.
"""

import json
import socket
from typing import Any

import django
import uvicorn


def make_app() -> Any:
    django.setup()
    from django.core.handlers.asgi import ASGIHandler

    from mcpendpoint.push.bus import bus
    from mcpendpoint.transports.handler import EndpointHandler

    return EndpointHandler(ASGIHandler(), urlconf="tests.conformance.urls", at_first=bus.start_soon)


def main() -> None:
    app = make_app()
    listener = socket.create_server(("127.0.0.1", 0), backlog=512)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/mcp"
    print(json.dumps({"url": url}), flush=True)
    config = uvicorn.Config(app, lifespan="off", log_level="warning")
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
