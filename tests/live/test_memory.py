"""Resident memory levels off, whatever strangers make the server remember."""

import itertools
from pathlib import Path

import httpx
import pytest

from tests.live.product import start_product
from tests.mcpendpoint.wire import BOTH, LEGACY, request
from tests.standins.serve import start
from tests.unlimited import NO_LIMITS

WARM_UP, LOAD = 15, 35
ALLOWED_MB = 35
LARGE_BYTES = 900_000
"""MCP_MAX_ANSWER_BYTES is a million: these Spaces fill a list, whatever number of tools that is."""

_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def remembering():
    """A product of its own, on a Hub where every Space exists and says a lot of itself."""
    with start("benchmarks.hostile_hub") as hub:
        env = {
            **NO_LIMITS,
            "HF_ENDPOINT": hub.url,
            "HF_DATASETS_SERVER": f"{hub.url}/datasets-server",
            "HF_SPACE_URL": f"{hub.url}/s/{{subdomain}}",
            "DEFAULT_SPACES": "",
        }
        with start_product(env) as product:
            yield product


def rss_mb(product):
    lines = Path(f"/proc/{product.process.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024


def list_five_spaces_and_another(product, client):
    spaces = [*(f"acme/large-{number}" for number in range(5)), f"acme/another-{next(_numbers)}"]
    answer = client.post(f"{product.url}/mcp?gradio={','.join(spaces)}", json=request("tools/list"))
    assert answer.json()["result"]["tools"]
    assert len(answer.content) > LARGE_BYTES


def ask_for_what_is_not_there(product, client):
    uris = [f"hf://models/acme/none-{next(_numbers)}/{'x' * 1_000}" for _ in range(10)]
    operations = [{"cmd": "stat", "args": [uri]} for uri in uris]
    call = request("tools/call", {"name": "hf_fs", "arguments": {"operations": operations}})
    url = f"{product.url}/mcp?bouquet=all&gradio=none"
    assert client.post(url, json=call).status_code == 200


def come_with_a_wrong_token(product, client):
    headers = {"Authorization": f"Bearer hf_{next(_numbers):03000}"}
    answer = client.post(f"{product.url}/mcp", json=request("tools/list"), headers=headers)
    assert answer.status_code == 401


LOADS = (list_five_spaces_and_another, ask_for_what_is_not_there, come_with_a_wrong_token)


@pytest.mark.parametrize("send", LOADS)
def test_memory_levels_off_when_nothing_comes_twice(remembering, send):
    headers = {"Accept": BOTH, "MCP-Protocol-Version": LEGACY}
    with httpx.Client(headers=headers, timeout=30, trust_env=False) as client:
        for _ in range(WARM_UP):
            send(remembering, client)
        before = rss_mb(remembering)
        for _ in range(LOAD):
            send(remembering, client)

    assert rss_mb(remembering) - before < ALLOWED_MB
