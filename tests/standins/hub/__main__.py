"""python -m tests.standins.hub --port 0

OAUTH_STANDIN_URL in the environment is where people sign in.
"""

import argparse
import json
import socket

import uvicorn

from tests.standins.hub.app import UNLIMITED, create_app


def main() -> None:
    parser = argparse.ArgumentParser(description="The stand-in Hub")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0: the system chooses")
    parser.add_argument("--quota", type=int, default=UNLIMITED, help="requests in five minutes")
    options = parser.parse_args()
    app = create_app(quota=options.quota)
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, server_header=False, timeout_graceful_shutdown=1
    )
    with socket.create_server((options.host, options.port)) as listening:
        port = listening.getsockname()[1]
        # The socket listens already: a request that comes now waits for the server.
        print(json.dumps({"url": f"http://{options.host}:{port}"}), flush=True)
        uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    main()
