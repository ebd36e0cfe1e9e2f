"""What it costs to know who calls, on PostgreSQL: `python -m benchmarks.callers`.

Nobody, one access key, and many access keys of as many people, in turn. The people chose the tools
that nobody has, so that all of them get the same answers; but for `tools/call`, of hf_whoami, which
tells everybody who they are, as the stand-in for the Hub said once.
"""

import argparse
import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from benchmarks.servers import Server
from tests.environment import SETTINGS
from tests.live.product import Product, start_product
from tests.live.storage import fresh_database
from tests.standins.serve import start

_SCRIPT = Path(__file__).with_name("callers.lua")
_MAKE_KEYS = """
import sys, django
django.setup()
from accounts.access_keys import create_access_key
from accounts.models import HubCredential, User
from accounts.preferences import save_tools
from accounts.catalogue import catalogue
for number in range(int(sys.argv[1])):
    user = User.objects.create(username=f"person-{number}", hf_id=f"person-{number}")
    save_tools(user, sorted(catalogue.default_tools), include_images=True)
    HubCredential.objects.create(user=user, kind="token", access_token=f"hf_user_person-{number}")
    print(create_access_key(user, "key")[1])
"""


def main() -> int:
    options = _options()
    with fresh_database() as database_url, start("tests.standins.hub") as hub:
        env = {
            "DATABASE_URL": database_url,
            "SECRET_KEY": secrets.token_urlsafe(50),
            "REDIS_URL": options.redis,
            "DEFAULT_SPACES": "",
            "HF_ENDPOINT": hub.url,
        }
        with start_product(env) as product:
            keys = _make_keys(env, options.people)
            callers = {"nobody": [""], "one key": keys[:1], f"{len(keys)} keys": keys}
            rounds: dict[str, list[_Round]] = {name: [] for name in callers}
            for _ in range(options.rounds):
                for name, theirs in callers.items():
                    rounds[name].append(_run_round(product, theirs, options))
    for name, measured in rounds.items():
        # Each with the one beside it: the machine is not as fast in one round as in the next.
        beside = list(zip(measured, rounds["nobody"], strict=True))
        longer = median(nobody.rate / each.rate for each, nobody in beside)
        dearer = median(each.cpu_us / nobody.cpu_us for each, nobody in beside)
        print(
            f"{name:<12}{median(each.rate for each in measured):>10,.0f} a second, "
            f"{longer:.2f} times nobody's time; "
            f"{median(each.cpu_us for each in measured):>6.0f} µs of CPU, "
            f"{dearer:.2f} times nobody's"
        )
    return 0


def _make_keys(env: dict[str, str], people: int) -> list[str]:
    made = subprocess.run(
        [sys.executable, "-c", _MAKE_KEYS, str(people)],
        env={**os.environ, **SETTINGS, **env},
        check=True,
        capture_output=True,
        text=True,
    )
    return made.stdout.split()


class _Round(NamedTuple):
    rate: float
    cpu_us: float


def _run_round(product: Product, keys: list[str], options: Any) -> _Round:
    server = Server("ours", product.url, product.process.pid)
    before = server.cpu_seconds()
    requests, rate = run_wrk(product.url, keys, _body(options.method), options)
    cpu_seconds = server.cpu_seconds() - before
    return _Round(rate, cpu_seconds / requests * 1_000_000)


def run_wrk(url: str, keys: list[str], body: str, options: argparse.Namespace) -> tuple[int, float]:
    """Return how many requests were answered, and how many a second; exits when one was not well.

    `options` has `connections` and `seconds`.
    """
    command = ["wrk", "-t1", f"-c{options.connections}", f"-d{options.seconds}s"]
    run = subprocess.run(
        [*command, "--timeout", "10s", "-s", str(_SCRIPT), f"{url}/mcp"],
        env={**os.environ, "KEYS": "\n".join(keys), "REQUEST_BODY": body},
        check=True,
        capture_output=True,
        text=True,
    )
    said = json.loads(next(_json_lines(run.stdout)))
    if said["failed"] or said["refused"]:
        raise SystemExit(f"Not all were answered well: {said}")
    return said["requests"], said["requests"] / said["seconds"]


def _body(method: str) -> str:
    message = {"jsonrpc": "2.0", "id": 1, "method": method}
    if method == "tools/call":
        message["params"] = {"name": "hf_whoami", "arguments": {}}
    return json.dumps(message)


def _json_lines(text: str) -> Iterator[str]:
    return (line for line in text.splitlines() if line.startswith("{"))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.callers", description=__doc__)
    parser.add_argument("--method", default="tools/list", help="ping, tools/list, tools/call")
    parser.add_argument("--redis", default="", help="URL of a server that workers share")
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--connections", type=int, default=32)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
