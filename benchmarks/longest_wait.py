"""The longest that others wait while one caller sends, or is sent, what takes long to read.

`python -m benchmarks.longest_wait`: one worker; somebody pings it without a pause, and one request
of each kind comes meanwhile. Of several rounds the best is shown, as noise only adds; what the
worker and the one who pings waited for a processor, which others had, is not counted (on Linux).
"""

import argparse
import http.client
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread, get_native_id
from urllib.parse import urlsplit

import orjson

from accounts.space_prefixes import url_space_prefix
from benchmarks.hostile_answers import EVENT_SHAPES, HUB_SHAPES, JSON_SHAPES
from tests.live.product import Product, start_product
from tests.standins.serve import start

SPACE = "acme/slow"
LIMIT_MS = 50
HEADERS = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
PING = orjson.dumps({"jsonrpc": "2.0", "id": 1, "method": "ping"})
BODY_BYTES = 990_000
VALUES = 49_000
"""Those of a request that is just read."""


def _request(method: str, **params: object) -> bytes:
    return orjson.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})


def _call(name: str, **arguments: object) -> bytes:
    return _request("tools/call", name=name, arguments=arguments)


def _fill(
    method: str, text: bytes, before: bytes = b"[", after: bytes = b"]", *, at_most: int = 10**9
) -> bytes:
    """Return a request that holds a text as often as there is room for."""
    frame = _call(method, repo_ids="XXX", operations="XXX", more="XXX")
    number = min((BODY_BYTES - len(frame)) // len(text), at_most)
    filled = before + text * number + text.rstrip(b",") + after
    return frame.replace(b'"XXX"', filled, 1).replace(b'"XXX"', b"1")


def _values(tool: str) -> dict[str, Callable[[], bytes]]:
    some, fewer = {"at_most": VALUES}, {"at_most": VALUES // 2}
    return {
        f"{tool}: some lists": lambda: _fill(tool, b"[],", **fewer),
        f"{tool}: some objects": lambda: _fill(tool, b"{},", **fewer),
        f"{tool}: some numbers": lambda: _fill(tool, b"1,", **some),
        f"{tool}: some texts": lambda: _fill(tool, b'"",', **some),
        f"{tool}: some JSON in a text": lambda: _fill(tool, b"[],", b'"[', b']"', at_most=9_000),
        f"{tool}: lists": lambda: _fill(tool, b"[],"),
        f"{tool}: objects": lambda: _fill(tool, b"{},"),
        f"{tool}: numbers": lambda: _fill(tool, b"1,"),
        f"{tool}: texts": lambda: _fill(tool, b'"",'),
        f"{tool}: one text": lambda: _fill(tool, b"x", b'"', b'"'),
        f"{tool}: commas": lambda: _fill(tool, b"a,", b'"', b'"'),
        f"{tool}: JSON in a text": lambda: _fill(tool, b"[],", b'"[', b']"'),
        f"{tool}: half emoji": lambda: _fill(tool, rb"\ud83d", b'"', b'"'),
        f"{tool}: quotations": lambda: _fill(tool, rb"\" ", b'"', b'"'),
    }


def _names(number: int) -> dict[str, object]:
    return {f"n{index}": 1 for index in range(number)}


SPACE_TOOL = f"{url_space_prefix(SPACE)}make"
SENT: dict[str, Callable[[], bytes]] = {
    **_values("hub_repo_details"),
    **_values("hf_fs"),
    **_values(SPACE_TOOL),
    "many names": lambda: _call("hub_repo_details", **_names(VALUES - 10)),
    "operations": lambda: _call("hf_fs", operations=[{"cmd": "ls", "args": []}] * (VALUES // 4)),
    "many args": lambda: _call("hf_fs", operations=[{"cmd": "ls", "args": ["a"] * (VALUES - 20)}]),
    "a line": lambda: _call("hf_fs", operations=["ls " + "a " * 400_000]),
    "many environments": lambda: _call(
        "hf_jobs", operation="run", args={"environment": ["A=1"] * (VALUES - 20)}
    ),
    "metadata": lambda: _request("ping", _meta=_names(VALUES - 10)),
    "client": lambda: _request(
        "initialize",
        protocolVersion="2025-06-18",
        capabilities=_names(VALUES - 10),
        clientInfo={"name": "x", "version": "1"},
    ),
    "batch": lambda: b"[" + b",".join([_call("hf_fs", more=[[]] * 450)] * 50) + b"]",
    "no JSON": lambda: b"[" * BODY_BYTES,
    "not quite JSON": lambda: b"[" + rb'"\ud83d",' * 9_000 + b"x]",
}


def received(kind: str) -> bytes:
    if kind in HUB_SHAPES:
        return _call("hub_repo_search", query=kind, repo_types=["model"])
    return _call(SPACE_TOOL, kind=kind)


class Bystander:
    """Pings without a pause, and notes the longest answer."""

    def __init__(self, product: Product) -> None:
        self._product = product
        self._address = urlsplit(product.url)
        self._stop = Event()
        self._thread = Thread(target=self._run, daemon=True)
        self.longest_ms = 0.0

    def __enter__(self) -> "Bystander":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _waited_ms(self) -> float:
        """Return how long the worker and this thread have waited for a processor in all."""
        worker = self._product.process.pid
        return _queued_ms(worker, worker) + _queued_ms(os.getpid(), get_native_id())

    def _run(self) -> None:
        connection = http.client.HTTPConnection(self._address.netloc, timeout=60)
        while not self._stop.is_set():
            started, queued = time.perf_counter(), self._waited_ms()
            connection.request("POST", "/mcp?gradio=none", PING, HEADERS)
            connection.getresponse().read()
            elapsed_ms = (time.perf_counter() - started) * 1_000
            self.longest_ms = max(self.longest_ms, elapsed_ms - (self._waited_ms() - queued))
            time.sleep(0.0005)


def _queued_ms(process: int, thread: int) -> float:
    """Read how long a thread has waited for a processor (Documentation/scheduler/sched-stats)."""
    try:
        told = Path(f"/proc/{process}/task/{thread}/schedstat").read_text()
    except OSError:
        return 0.0
    return int(told.split()[1]) / 1e6


def longest_wait_ms(product: Product, body: bytes | None) -> tuple[float, str]:
    """Return how long the bystander waited at most, and how the request ended."""
    with Bystander(product) as bystander:
        time.sleep(0.1)
        ended = _send(product, body) if body is not None else str(time.sleep(0.5))
        time.sleep(0.1)
    return bystander.longest_ms, ended


def _send(product: Product, body: bytes) -> str:
    connection = http.client.HTTPConnection(urlsplit(product.url).netloc, timeout=120)
    started = time.perf_counter()
    connection.request("POST", f"/mcp?gradio={SPACE}&bouquet=all", body, HEADERS)
    answer = connection.getresponse()
    read = answer.read()
    seconds = time.perf_counter() - started
    return f"{answer.status} {len(read):>9,} bytes {seconds:5.2f} s"


def main() -> int:
    options = _options()
    worst = 0.0
    with start("benchmarks.hostile_answers", env={}) as strangers:
        env = {"HF_ENDPOINT": strangers.url, "HF_SPACE_URL": f"{strangers.url}/s/{{subdomain}}"}
        with start_product(env) as product:
            longest_wait_ms(product, _call(SPACE_TOOL, kind=""))
            kinds = {"(nothing)": lambda: None, **SENT}
            for kind in (*JSON_SHAPES, *EVENT_SHAPES, *HUB_SHAPES):
                kinds[f"answer: {kind}"] = lambda kind=kind: received(kind)
            for name, make in kinds.items():
                if options.only not in name:
                    continue
                body = make()
                rounds = [longest_wait_ms(product, body) for _ in range(options.rounds)]
                waited, ended = min(rounds)
                worst = max(worst, waited)
                mark = "  <<<" if waited > LIMIT_MS else ""
                print(f"{name:<40}{waited:8.1f} ms   {ended}{mark}", flush=True)
    print(f"{'worst':<40}{worst:8.1f} ms")
    return int(worst > LIMIT_MS)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.longest_wait", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="", help="kinds whose names hold this")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
