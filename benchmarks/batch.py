"""How long thirty operations of hf_fs take, of the time of one: `python -m benchmarks.batch`.

The stand-in Hub is as slow as in the other benchmarks; nothing is known when the clock starts.
"""

import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from itertools import count
from statistics import median

import httpx

from benchmarks import HUB_SECONDS
from tests.live.product import start_product
from tests.parity.servers import Server, start_reference
from tests.standins.hub.control import HubControl
from tests.standins.serve import start

OPERATIONS = 30
ROUNDS = 7
COMMANDS = {"stat": "", "ls": "", "cat": "/README.md"}

_tokens = (f"hf_user_batch-{number}" for number in count())


def main() -> int:
    with ExitStack() as running:
        hub = running.enter_context(start("tests.standins.hub"))
        answer = httpx.get(f"{hub.url}/api/models", params={"limit": OPERATIONS}, trust_env=False)
        ids = [model["id"] for model in answer.json()]
        HubControl(hub.url).misbehave("^/", delay=HUB_SECONDS)
        services = {"HF_ENDPOINT": hub.url, "HF_DATASETS_SERVER": f"{hub.url}/datasets-server"}
        ours = running.enter_context(start_product(services))
        reference = running.enter_context(start_reference(hub.url))
        print(f"{'':<18}{'one':>10}{f'{len(ids)} at once':>14}{'times':>8}")
        for name, url in (("ours", ours.url), ("reference", reference.url)):
            server = running.enter_context(closing(Server(url)))
            for command, below in COMMANDS.items():
                uris = [f"hf://models/{repo_id}{below}" for repo_id in ids]
                one, many = (
                    median(times(server, command, uris[:1])),
                    median(times(server, command, uris)),
                )
                print(f"{name:<11}{command:<7}{one:>7.0f} ms{many:>11.0f} ms{many / one:>8.1f}")
    return 0


def times(server: Server, command: str, uris: list[str]) -> Iterator[float]:
    """Yield how many milliseconds each round takes, asked by somebody new each time."""
    operations = [{"cmd": command, "args": [uri]} for uri in uris]
    for token in (next(_tokens) for _ in range(ROUNDS)):
        server.call("hf_whoami", {}, token)
        started = time.perf_counter()
        answer = server.call("hf_fs", {"operations": operations}, token)
        yield (time.perf_counter() - started) * 1000
        if answer.is_error:
            raise SystemExit(f"{command} failed: {answer.text[:300]}")


if __name__ == "__main__":
    sys.exit(main())
