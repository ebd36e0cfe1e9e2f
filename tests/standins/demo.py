"""`python -m tests.standins.demo`: the product on stand-ins, offline, ready to click through.

Everything it keeps is in a temporary folder and gone when it ends.
"""

import argparse
import signal
import socket
import sys
from contextlib import ExitStack, suppress

from tests import node
from tests.live.product import OAUTH_CLIENT, Product, start_product
from tests.ports import free_port
from tests.standins.serve import StartError, start
from tests.unlimited import NO_LIMITS
from tests.virtualenvs import STANDIN

WELCOME = """
The demo runs at {url}

  Sign in        {url}/sign-in/
                 {sign_in}
                 admin sees the dashboard: {url}/dashboard/
  Endpoint       {url}/mcp   (for a user: {url}/u/alice/mcp)
  Try it with    curl -s {url}/mcp -H 'Authorization: Bearer hf_alice' \\
                   -H 'Content-Type: application/json' -H 'Accept: application/json' \\
                   -d '{{"jsonrpc":"2.0","id":1,"method":"tools/list"}}'
  Spaces to add  {spaces}
  Stand-ins      Hub {hub}   Spaces {space}
  Log            {log}

Ctrl-C ends it."""

WITH_OAUTH = "with Hugging Face (the stand-in asks who you are): alice, bob, admin, or any name"
WITH_TOKEN = "with a pasted token: hf_alice, hf_bob, hf_admin, or hf_user_<any name>"
SPACES = "acme/image-maker, alice/private-space (hers), acme/asleep, acme/broken, acme/bad-schema"


# As in a deployment that sets none of them, unlike in tests: an empty setting has its default.
DEFAULTS = dict.fromkeys([*NO_LIMITS, "SIGN_IN_WITH_TOKEN"], "")


def main() -> None:
    parser = argparse.ArgumentParser(description="Run the product on stand-ins, offline.")
    parser.add_argument("--port", type=int, default=8000)
    options = parser.parse_args()
    if is_taken(options.port):
        sys.exit(f"Port {options.port} is taken. Choose another: --port 8001")
    # A shell that starts us in the background has us ignore Ctrl-C.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    with suppress(KeyboardInterrupt), ExitStack() as running:
        try:
            serve(running, options.port).process.wait()
        except StartError as error:
            sys.exit(f"The demo did not start: {error}")


def announce(server: str) -> None:
    print(f"Starting {server} ...", flush=True)


def is_taken(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def serve(running: ExitStack, port: int) -> Product:
    hub_port, oauth_port = free_port(), free_port()
    oauth_url = f"http://127.0.0.1:{oauth_port}"
    announce("the stand-in for the Hub")
    hub = running.enter_context(
        start("tests.standins.hub", "--port", str(hub_port), env={"OAUTH_STANDIN_URL": oauth_url})
    )
    space_url = start_spaces(running)
    url = f"http://localhost:{port}"
    sign_in = start_oauth(running, hub.url, oauth_port)
    announce("the product")
    product = running.enter_context(
        start_product(
            DEFAULTS
            | {
                "PORT": str(port),
                "PUBLIC_URL": url,
                "HF_ENDPOINT": hub.url,
                "HF_DATASETS_SERVER": f"{hub.url}/datasets-server",
                "HF_SPACE_URL": f"{space_url}/s/{{subdomain}}",
                "HF_JOBS_URL": f"{hub.url}/_jobs/{{job_id}}--{{port}}.hf.jobs",
                "ADMIN_HF_USERS": "admin",
                "DEFAULT_SPACES": "acme/image-maker",
            }
            | sign_in
        )
    )
    print(
        WELCOME.format(
            url=url,
            sign_in=WITH_OAUTH if node.are_installed() else WITH_TOKEN,
            spaces=SPACES,
            hub=hub.url,
            space=space_url,
            log=product.log_file,
        ),
        flush=True,
    )
    return product


def start_oauth(running: ExitStack, issuer: str, port: int) -> dict[str, str]:
    """Start sign-in with Hugging Face; return the settings that make the product offer it."""
    if not node.are_installed():
        print("Without `npm ci` in tests/node there is no sign-in with Hugging Face.")
        return {"HF_OAUTH_CLIENT_ID": "", "HF_OAUTH_CLIENT_SECRET": ""}
    announce("the stand-in for sign-in with Hugging Face")
    running.enter_context(start("tests.standins.oauth", env={"PORT": str(port), "ISSUER": issuer}))
    return OAUTH_CLIENT


def start_spaces(running: ExitStack) -> str:
    if not STANDIN.is_installed:
        print("Without `python -m tests.virtualenvs` no Space runs.")
        return f"http://127.0.0.1:{free_port()}"
    announce("the stand-in Spaces")
    return running.enter_context(
        start("tests.standins.space", env={"SPACE_OTHERS_RUN": "true"})
    ).url


if __name__ == "__main__":
    main()
