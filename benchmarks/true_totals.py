"""Whether the dashboard counts all that happened: known requests of many clients to two workers
on PostgreSQL and Redis behind nginx. Both storages are restarted meanwhile. Then one worker is
killed, while clients send to each of the two directly, so that it is known who had what.

    python -m benchmarks.true_totals --requests 200000
"""

import argparse
import asyncio
import json
import os
import signal
import time
from collections import Counter
from contextlib import ExitStack
from typing import Any
from urllib.request import Request, urlopen

import httpx

from tests.live.front import nginx
from tests.live.product import Product, start_product
from tests.live.storage import stoppable_postgres, stoppable_redis
from tests.standins.serve import start
from tests.unlimited import NO_LIMITS

CLIENTS = 50
TOKEN = "a-token-of-the-dashboard-for-the-benchmark"
GONE_SECONDS = 1.0
"""Of a worker that is killed: what it had not stored yet."""

CALL = {"name": "hub_repo_search", "arguments": {"query": "bert"}}
# What is sent, and the outcome that the dashboard is to count.
KINDS: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("tools/list", {}, "ok"),
    ("tools/list", {}, "ok"),
    ("ping", {}, "rejected"),  # 2026-07-28 has none
    ("tools/call", CALL, "ok"),
    ("tools/call", {"name": "hub_repo_search", "arguments": {"limit": "many"}}, "tool_error"),
    ("tools/call", {"name": "no_such_tool", "arguments": {}}, "rejected"),
    ("no/such/method", {}, "rejected"),
)


class Sent:
    """What was answered, by client; and by worker and second, for what a killed one may lose."""

    def __init__(self) -> None:
        self.requests: Counter[str] = Counter()
        self.methods: Counter[str] = Counter()
        self.outcomes: Counter[str] = Counter()
        self.by_second: Counter[tuple[str, int]] = Counter()
        self.unanswered: Counter[str] = Counter()

    def note(self, client: str, method: str, outcome: str, worker: str) -> None:
        self.requests[client] += 1
        self.methods[method] += 1
        self.outcomes[outcome] += 1
        self.by_second[worker, int(time.monotonic())] += 1


async def send(workers: list[str], count: int, sent: Sent) -> None:
    limits = httpx.Limits(max_connections=CLIENTS, max_keepalive_connections=CLIENTS)
    async with httpx.AsyncClient(limits=limits, timeout=60, trust_env=False) as http:
        await asyncio.gather(
            *(be_client(http, i, workers, count // CLIENTS, sent) for i in range(CLIENTS))
        )


async def be_client(
    http: httpx.AsyncClient, number: int, workers: list[str], count: int, sent: Sent
) -> None:
    name = f"client-{number:02}"
    for i in range(count):
        method, params, outcome = KINDS[(i + number) % len(KINDS)]
        worker = workers[(i + number) % len(workers)]
        body = {
            "jsonrpc": "2.0",
            "id": i,
            "method": method,
            "params": {**params, "_meta": meta(name)},
        }
        headers = {
            "Accept": "application/json, text/event-stream",
            "MCP-Protocol-Version": "2026-07-28",
            "Mcp-Method": method,
        }
        if method == "tools/call":
            headers["Mcp-Name"] = str(params["name"])
        try:
            answer = await http.post(f"{worker}/mcp", json=body, headers=headers)
        except httpx.HTTPError:
            sent.unanswered[worker] += 1
            continue
        if answer.status_code == httpx.codes.BAD_GATEWAY:  # says nginx, and no worker ever
            sent.unanswered[worker] += 1
            continue
        sent.note(name, method, outcome, worker)


def meta(client: str) -> dict[str, Any]:
    return {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": {"name": client, "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": {},
    }


def counted(product: str) -> dict[str, Any]:
    request = Request(
        f"{product}/dashboard/api/metrics?range=24h", headers={"Authorization": f"Bearer {TOKEN}"}
    )
    with urlopen(request, timeout=60) as answer:
        return dict(json.load(answer))


def compare(phase: str, url: str, sent: Sent, lost: int = 0) -> None:
    """Wait until all is stored, and print what differs by more than `lost`."""
    expected = sent.requests.total()
    deadline = time.monotonic() + 60
    while (shown := counted(url))["totals"]["requests"] < expected and time.monotonic() < deadline:
        time.sleep(0.5)
    totals = shown["totals"]
    clients = {row["name"]: row["requests"] for row in shown["clients"]}
    methods = {row["method"]: row["calls"] for row in shown["methods"]}
    told = {**sent.methods, "unknown": sent.methods["no/such/method"]}
    told.pop("no/such/method", None)
    print(
        f"{phase}: sent {expected:,}, counted {totals['requests']:,} "
        f"(by client {sum(clients.values()):,}, by method {sum(methods.values()):,}, "
        f"by time {sum(point['requests'] for point in shown['series']):,}), "
        f"unanswered {sent.unanswered.total():,}, may be missing {lost:,}"
    )
    wrong = {
        name: (n, clients.get(name)) for name, n in sent.requests.items() if clients.get(name) != n
    }
    print(f"  clients that differ: {len(wrong)} {dict(list(wrong.items())[:3])}")
    outcomes = {name: count for name, count in totals["outcomes"].items() if count}
    for kind, found, known in (("methods", methods, told), ("outcomes", outcomes, sent.outcomes)):
        print(f"  {kind} {'agree' if found == known else 'DIFFER'}: {found} of {dict(known)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=200_000)
    count = parser.parse_args().requests
    with ExitStack() as stack:
        postgres = stack.enter_context(stoppable_postgres())
        redis = stack.enter_context(stoppable_redis())
        hub = stack.enter_context(start("tests.standins.hub"))
        env = {
            **NO_LIMITS,
            "DATABASE_URL": postgres.url,
            "REDIS_URL": redis.url,
            "HF_ENDPOINT": hub.url,
            "DASHBOARD_TOKEN": TOKEN,
        }
        products = [stack.enter_context(start_product(env)) for _ in range(2)]
        front = stack.enter_context(nginx([product.url for product in products]))
        run(products, front.url, postgres, redis, count)


def run(products: list[Product], front: str, postgres: Any, redis: Any, count: int) -> None:
    workers = [product.url for product in products]
    sent = Sent()
    asyncio.run(send([front], count // 2, sent))
    compare("All is well", workers[0], sent)

    async def through_restarts() -> None:
        sending = asyncio.create_task(send([front], count // 4, sent))
        await asyncio.sleep(5)
        for server in (redis, postgres):
            await asyncio.to_thread(server.stop)
            await asyncio.sleep(3)
            await asyncio.to_thread(server.start)
            await asyncio.sleep(5)
        await sending

    asyncio.run(through_restarts())
    compare("Redis and PostgreSQL restarted", workers[0], sent)

    async def through_a_kill() -> float:
        sending = asyncio.create_task(send(workers, count // 4, sent))
        await asyncio.sleep(5)
        os.kill(products[1].process.pid, signal.SIGKILL)
        killed_at = time.monotonic()
        await sending
        return killed_at

    killed_at = asyncio.run(through_a_kill())
    last = range(int(killed_at - GONE_SECONDS), int(killed_at) + 1)
    compare("A worker killed", workers[0], sent, sum(sent.by_second[workers[1], s] for s in last))


if __name__ == "__main__":
    main()
