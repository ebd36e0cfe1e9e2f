"""What it costs to be watched, on PostgreSQL and Redis: `python -m benchmarks.watched`.

The same requests in turn to a worker that counts nothing, that counts, and that counts while it
shows it to many viewers and to a Prometheus that asks each second. Then what the viewers cost it
while a few requests a second come. It is one worker all the time: of two that do the same, one may
take a tenth longer than the other for as long as they live.
"""

import argparse
import asyncio
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from operator import truediv
from statistics import median
from urllib.request import Request, urlopen

from websockets.asyncio.client import connect
from websockets.typing import Origin

from benchmarks.callers import run_wrk
from benchmarks.servers import Server
from dashboard.ranges import RANGES
from tests.live.people import sign_in
from tests.live.product import Product, start_product
from tests.live.storage import fresh_storage
from tests.standins.serve import start
from tests.unlimited import NO_LIMITS

_BODY = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/list"})
_FEW_A_SECOND = 5
_NOTHING = "counts nothing"
_SWITCHED = "benchmarks.switched"
ADMIN = "hf_admin"


def main() -> int:
    options = _options()
    with start("tests.standins.hub") as hub, fresh_storage() as storage:
        env = {"HF_ENDPOINT": hub.url, "DEFAULT_SPACES": "", **NO_LIMITS, **storage}
        with start_product(env, _SWITCHED) as product:
            _measure_rates(product, options)
            _measure_viewers(product, options)
    return 0


def _measure_rates(product: Product, options: argparse.Namespace) -> None:
    rates: dict[str, list[float]] = {}
    costs: dict[str, list[float]] = {}
    url, pid = product.url, product.process.pid

    def measure(name: str) -> None:
        server = Server(name, url, pid)
        before = server.cpu_seconds()
        requests, rate = run_wrk(url, [], _BODY, options)
        rates.setdefault(name, []).append(rate)
        costs.setdefault(name, []).append((server.cpu_seconds() - before) / requests * 1e6)

    def measure_nothing() -> None:
        os.kill(pid, signal.SIGUSR1)
        measure(_NOTHING)
        os.kill(pid, signal.SIGUSR2)

    def measure_watched() -> None:
        measure("counts")
        with _viewers(product, options.viewers), _prometheus(product):
            measure(f"counts, {options.viewers} viewers")

    with _viewers(product, options.viewers):
        urlopen(_request(url)).read()  # the first one loads what all others need
    for number in range(options.rounds):
        # In turn: what else the machine does is as much with the one as with the other.
        turns = (measure_nothing, measure_watched)
        for turn in turns if number % 2 else reversed(turns):
            turn()
    for name, measured in rates.items():
        rate, spread = median(measured), f"{min(measured):,.0f}-{max(measured):,.0f}"
        share = median(map(truediv, measured, rates[_NOTHING]))
        cost = median(costs[name])
        print(f"{name:<22}{rate:>8,.0f} a second {spread:>14}{share:>7.0%}{cost:>8.0f} µs of CPU")


def _measure_viewers(product: Product, options: argparse.Namespace) -> None:
    server = Server("watched", product.url, product.process.pid)
    with _few_requests(product):
        alone = _share_of_a_core(server, options.seconds * 4)
        with _viewers(product, options.viewers) as heard:
            shown = _share_of_a_core(server, options.seconds * 4)
    print(
        f"at {_FEW_A_SECOND} requests a second: {alone:.1%} of a core alone, {shown:.1%} with "
        f"{options.viewers} viewers, who were sent {heard.messages} messages of {heard.mean} bytes"
    )


def _share_of_a_core(server: Server, seconds: float) -> float:
    before, began = server.cpu_seconds(), time.monotonic()
    time.sleep(seconds)
    return (server.cpu_seconds() - before) / (time.monotonic() - began)


class _Heard:
    def __init__(self) -> None:
        self.messages = self.bytes = 0
        self.by_all = asyncio.Event()

    @property
    def mean(self) -> int:
        return self.bytes // max(self.messages, 1)


@contextmanager
def _viewers(product: Product, count: int) -> Iterator[_Heard]:
    """Watch from so many pages, which show all ranges there are."""
    heard, over, ready = _Heard(), threading.Event(), threading.Event()

    async def watch(url: str, cookie: str) -> None:
        async with connect(
            url, additional_headers={"Cookie": cookie}, origin=Origin(product.url), proxy=None
        ) as socket:
            async for message in socket:
                heard.messages, heard.bytes = heard.messages + 1, heard.bytes + len(message)
                if heard.messages >= count:
                    heard.by_all.set()

    async def watch_all() -> None:
        with closing(await asyncio.to_thread(sign_in, product, ADMIN)) as browser:
            cookie = f"sessionid={browser.cookies['sessionid']}"
        names = list(RANGES)
        base = product.url.replace("http", "ws", 1)
        urls = [f"{base}/ws/dashboard/?range={names[i % len(names)]}" for i in range(count)]
        tasks = [asyncio.create_task(watch(url, cookie)) for url in urls]
        await heard.by_all.wait()
        ready.set()
        await asyncio.to_thread(over.wait)
        for task in tasks:
            task.cancel()
        for ended in await asyncio.gather(*tasks, return_exceptions=True):
            assert isinstance(ended, asyncio.CancelledError), ended

    thread = threading.Thread(target=asyncio.run, args=(watch_all(),), daemon=True)
    thread.start()
    if not ready.wait(60):
        raise SystemExit("The viewers were not shown anything.")
    try:
        yield heard
    finally:
        over.set()
        thread.join()


@contextmanager
def _prometheus(product: Product) -> Iterator[None]:
    with _each(1.0, lambda: urlopen(f"{product.url}/metrics").read()):
        yield


@contextmanager
def _few_requests(product: Product) -> Iterator[None]:
    with _each(1 / _FEW_A_SECOND, lambda: urlopen(_request(product.url)).read()):
        yield


@contextmanager
def _each(seconds: float, do: Callable[[], object]) -> Iterator[None]:
    over = threading.Event()

    def go_on() -> None:
        while not over.wait(seconds):
            do()

    thread = threading.Thread(target=go_on, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _request(url: str) -> Request:
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    return Request(f"{url}/mcp", _BODY.encode(), headers)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.watched", description=__doc__)
    parser.add_argument("--viewers", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=32)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
