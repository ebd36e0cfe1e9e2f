"""`make demo`: one command, everything on stand-ins, and nothing left behind."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator

import httpx
import pytest

from tests import node
from tests.needs import need
from tests.ports import free_port
from tests.standins.serve import ROOT
from tests.virtualenvs import STANDIN


@pytest.fixture
def demo() -> Iterator[tuple[subprocess.Popen[str], str]]:
    need(node.are_installed(), "the Node programs are not installed (npm ci in tests/node)")
    need(STANDIN.is_installed, "the stand-in Space is not installed")
    port = str(free_port())
    command = [sys.executable, "-m", "tests.standins.demo", "--port", port]
    env = os.environ | {"PORT": port}  # as `make demo PORT=…` passes it on
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=env)
    printed = ""
    assert process.stdout
    while "Ctrl-C" not in printed:
        line = process.stdout.readline()
        assert line, "the demo ended before it was ready"
        printed += line
    yield process, printed
    process.send_signal(signal.SIGINT)
    process.wait(90)
    process.stdout.close()


def is_listening(url: str) -> bool:
    try:
        httpx.get(url, trust_env=False)
    except httpx.ConnectError:
        return False
    return True


def wrong_credentials(url: str, times: int) -> Iterator[int]:
    with httpx.Client(headers={"Authorization": "Bearer hfmcp_wrong"}, timeout=30) as client:
        for _ in range(times):
            yield client.post(url, json={"jsonrpc": "2.0", "id": 1, "method": "ping"}).status_code


def test_the_demo_serves_people_and_assistants_until_it_is_interrupted(demo):
    process, printed = demo
    servers = set(re.findall(r"https?://[\w.]+:\d+", printed))
    product = next(url for url in servers if "localhost" in url)

    sign_in = httpx.get(f"{product}/sign-in/")
    tools = httpx.post(
        f"{product}/mcp",
        json={"jsonrpc": "2.0", "id": 1, "method": "tools/list"},
        headers={"Authorization": "Bearer hf_alice", "Accept": "application/json"},
        timeout=30,
    ).json()["result"]["tools"]
    refusals = set(wrong_credentials(f"{product}/mcp", times=400))
    process.send_signal(signal.SIGINT)
    process.wait(90)

    assert "Starting the stand-in for the Hub" in printed
    assert sign_in.status_code == 200
    assert refusals == {401, 429}  # the limits of a deployment, not those of tests
    assert "hf_whoami" in {tool["name"] for tool in tools}
    assert any(tool["name"].endswith("_greet") for tool in tools)
    assert len(servers) == 3
    assert not any(is_listening(url) for url in servers)
