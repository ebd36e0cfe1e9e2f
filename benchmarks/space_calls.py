"""How much longer a call of a Space takes through this server than direct, and through the
reference, where its npm package is there.

`python -m benchmarks.space_calls`: a real Gradio app, one connection each, in turns, one call at a
time: with and without progress.
"""

import argparse
import sys
import time
from contextlib import AbstractContextManager, ExitStack
from statistics import median
from typing import Any

import httpx

from benchmarks.servers import REDIRECT, REFERENCE
from tests.live.product import start_product
from tests.ports import free_port
from tests.standins.serve import Running, start, start_command
from tests.virtualenvs import STANDIN

HEADERS = {"Accept": "application/json, text/event-stream"}
TOOL = "greet"
PATH = "/mcp?gradio=acme/image-maker"


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
        urls = {
            "direct": f"{space.url}/s/acme-image-maker/gradio_api/mcp/",
            "through this server": f"{product.url}{PATH}",
        }
        if REFERENCE.exists():
            reference = running.enter_context(_reference(env))
            urls["through the reference"] = f"{reference.url}{PATH}"
        client = running.enter_context(httpx.Client(headers=HEADERS, timeout=60))
        names = {way: _name_at(client, url) for way, url in urls.items()}
        for progress in (False, True):
            took: dict[str, list[float]] = {way: [] for way in urls}
            for _ in range(options.calls if not progress else options.calls // 10):
                for way, url in urls.items():
                    took[way].append(_call(client, url, names[way], progress=progress))
            print(_lines(took, progress=progress))
    return 0


def _reference(env: dict[str, str]) -> AbstractContextManager[Running]:
    command = ["node", "--import", str(REDIRECT), str(REFERENCE), "--port", str(free_port())]
    return start_command(command, env={"NODE_ENV": "production", **env})


def _name_at(client: httpx.Client, url: str) -> str:
    listed = _ask(client, url, "tools/list", {})["tools"]
    names = (tool["name"] for tool in listed)
    return next(name for name in names if name == TOOL or name.endswith(f"_{TOOL}"))


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


def _lines(took: dict[str, list[float]], *, progress: bool) -> str:
    direct = median(took["direct"])
    lines = ["with progress, medians:" if progress else "without progress, medians:"]
    for way, times in took.items():
        usual = median(times)
        lines.append(
            f"  {way:<22}{usual:>8.1f} ms  {usual - direct:>+7.1f}{usual / direct:>7.2f} times"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
