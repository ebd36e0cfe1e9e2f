"""How much longer a call of a Space takes through this server than direct.

`python -m benchmarks.space_calls`: a real Gradio app, one connection each, in turns, one call at a
time: with and without progress.
"""

import argparse
import sys
import time
from contextlib import ExitStack
from statistics import median
from typing import Any

import httpx

from tests.live.product import start_product
from tests.standins.serve import start
from tests.virtualenvs import STANDIN

HEADERS = {"Accept": "application/json, text/event-stream"}
TOOL = "greet"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=200, help="of each kind")
    options = parser.parse_args()
    if not STANDIN.is_installed:
        print("Gradio is not installed (python -m tests.virtualenvs).", file=sys.stderr)
        return 2
    with ExitStack() as running:
        hub = running.enter_context(start("tests.standins.hub"))
        space = running.enter_context(start("tests.standins.space"))
        env = {"HF_ENDPOINT": hub.url, "HF_SPACE_URL": f"{space.url}/s/{{subdomain}}"}
        product = running.enter_context(start_product(env | {"DEFAULT_SPACES": ""}))
        direct = f"{space.url}/s/acme-image-maker/gradio_api/mcp/"
        through = f"{product.url}/mcp?gradio=acme/image-maker"
        client = running.enter_context(httpx.Client(headers=HEADERS, timeout=60))
        name = _name_at(client, through)
        for progress in (False, True):
            took: dict[str, list[float]] = {"direct": [], "through": []}
            for _ in range(options.calls if not progress else options.calls // 10):
                took["direct"].append(_call(client, direct, TOOL, progress=progress))
                took["through"].append(_call(client, through, name, progress=progress))
            print(_line(took, progress=progress))
    return 0


def _name_at(client: httpx.Client, url: str) -> str:
    listed = _ask(client, url, "tools/list", {})["tools"]
    return next(tool["name"] for tool in listed if tool["name"].endswith(f"_{TOOL}"))


def _call(client: httpx.Client, url: str, name: str, *, progress: bool) -> float:
    """Return how many milliseconds it took."""
    params: dict[str, Any] = {"name": name, "arguments": {"name": "Ada"}}
    if progress:
        params["_meta"] = {"progressToken": 1}
    began = time.perf_counter()
    result = _ask(client, url, "tools/call", params)
    took = (time.perf_counter() - began) * 1_000
    if result["content"][0]["text"] != "Hello, Ada.":
        raise AssertionError(f"{url} answered otherwise: {result}")
    return took


def _ask(client: httpx.Client, url: str, method: str, params: dict[str, Any]) -> Any:
    message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    answer = client.post(url, json=message).raise_for_status()
    if not answer.headers["content-type"].startswith("text/event-stream"):
        return answer.json()["result"]
    lines = [line[5:] for line in answer.text.splitlines() if line.startswith("data:")]
    return httpx.Response(200, text=lines[-1]).json()["result"]


def _line(took: dict[str, list[float]], *, progress: bool) -> str:
    direct, through = median(took["direct"]), median(took["through"])
    kind = "with progress" if progress else "without progress"
    more = f"{through - direct:+.1f} ms, {through / direct:.2f} times"
    return f"{kind}: direct {direct:.1f} ms, through {through:.1f} ms ({more}), medians"


if __name__ == "__main__":
    sys.exit(main())
