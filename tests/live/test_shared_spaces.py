"""What one worker finds out of a Space, the others know."""

import json

import httpx
import pytest

from tests import loopback
from tests.live.test_push import ANNOUNCED, make_somebody, somebody  # noqa: F401
from tests.mcpendpoint.wire import Wire, message_of, request

WAKES_WITHIN_SECONDS = 20


@pytest.fixture
def wakes_up(hub):
    """Let the Hub say that the Space that sleeps is up, and where another one runs."""

    def wakes_up() -> None:
        space = {"id": "acme/asleep", "sdk": "gradio", "subdomain": "acme-image-maker"}
        body = json.dumps({**space, "runtime": {"stage": "RUNNING"}, "private": False})
        fault = {"path": "^/api/spaces/acme/asleep", "status": 200, "body": body}
        loopback.shared.post(f"{hub.url}/_faults", json=fault).raise_for_status()

    yield wakes_up
    loopback.shared.delete(f"{hub.url}/_faults")


def tools_of(worker: str, key: str) -> set[str]:
    answer: httpx.Response = Wire(f"{worker}/mcp", key).post(request("tools/list"))
    return {tool["name"] for tool in message_of(answer)["result"]["tools"]}


def test_a_space_that_is_woken_when_it_is_added_is_announced_at_another_worker(
    somebody,  # noqa: F811
    wakes_up,
    space,
):
    somebody.submit("/settings/spaces/add/", space_id="acme/asleep")
    assert not any(name.startswith("gr1_") for name in tools_of(somebody.workers[1], somebody.key))
    stream = somebody.get()

    wakes_up()

    assert stream.next(WAKES_WITHIN_SECONDS) == ANNOUNCED
    assert "gr1_greet" in tools_of(somebody.workers[1], somebody.key)


def test_a_space_is_asked_once_for_all_workers(somebody, space):  # noqa: F811
    somebody.submit("/settings/spaces/add/", space_id="acme/old-gradio")
    one, other = somebody.workers
    assert any(name.startswith("gr1_") for name in tools_of(one, somebody.key))
    loopback.shared.delete(f"{space.url}/_log")

    assert tools_of(other, somebody.key) == tools_of(one, somebody.key)

    asked = loopback.shared.get(f"{space.url}/_log").json()
    assert [entry for entry in asked if entry["subdomain"] == "acme-old-gradio"] == []


def test_a_private_space_is_asked_once_for_all_workers_of_its_person(make_somebody, space):  # noqa: F811
    alice, bob = make_somebody("hf_alice"), make_somebody("hf_bob")
    one, other = alice.workers
    alice.submit("/settings/spaces/add/", space_id="alice/private-space")
    assert any(name.startswith("grp") for name in tools_of(one, alice.key))
    loopback.shared.delete(f"{space.url}/_log")

    of_alice = tools_of(other, alice.key)
    of_bob = Wire(f"{other}/mcp?gradio=alice/private-space", bob.key).post(request("tools/list"))

    assert of_alice == tools_of(one, alice.key)
    assert "greet" not in of_bob.text
    assert loopback.shared.get(f"{space.url}/_log").json() == []
