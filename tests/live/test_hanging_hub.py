"""What is served while the Hub takes requests and answers none."""

import re
import time

import pytest

from tests.live import faulty_load as load
from tests.live.faulty_load import Kind, eventually, under_load
from tests.live.people import new_user, post_form
from tests.mcpendpoint.wire import message_of
from tests.standins.hub.control import HubControl
from tests.standins.serve import start

HUB_SECONDS = 1
HANGING_SECONDS = 3.0
PATIENCE_SECONDS = 6
FOR_EVER = 600.0


@pytest.fixture
def hanging_hub():
    with start("tests.standins.hub") as running:
        yield HubControl(running.url)


@pytest.fixture
def product(make_product, hanging_hub):
    url = hanging_hub.url
    return make_product(
        HF_ENDPOINT=url,
        HF_DATASETS_SERVER=f"{url}/datasets-server",
        HF_TIMEOUT_SECONDS=str(HUB_SECONDS),
    )


def check_call(answer):
    """Expect a result of the tool, or one that says to come back."""
    load.check_rpc(answer)
    result = message_of(answer)["result"]
    assert not result.get("isError") or "later" in result["content"][0]["text"]


def check_stranger(answer):
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.json()["error"] == "temporarily_unavailable"


def test_who_needs_the_hub_is_told_to_come_back_and_nobody_else_waits(
    product, hanging_hub, sign_in
):
    admin = sign_in(product, "hf_admin")
    session = admin.cookies["sessionid"]
    form = {"name": "Laptop", "scopes": ["mcp:read"], "days": ""}
    key = re.search(r"hfmcp_[\w-]{40,}", post_form(admin, "/settings/keys/", form).text)[0]
    search = {"name": "hub_repo_search", "arguments": {"query": "bert"}}
    call = Kind("call", load.rpc("tools/call", search, key), check_call, is_counted=True)
    stranger = load.rpc("tools/list", {}, new_user().token)
    of_the_hub = [call, Kind("stranger", stranger, check_stranger, is_counted=True)]
    of_ours = [
        Kind("anonymous", load.rpc("tools/list", {}), load.check_rpc, is_counted=True),
        Kind("list", load.rpc("tools/list", {}, key), load.check_rpc, is_counted=True),
        Kind("settings", load.page("/settings/", session), load.check_page),
        Kind("metrics", load.page("/dashboard/api/metrics", session), load.check_metrics),
    ]
    hanging_hub.misbehave(".", delay=FOR_EVER)

    with (
        under_load([product.url], of_the_hub) as waiting,
        under_load([product.url], of_ours) as served,
    ):
        time.sleep(HANGING_SECONDS)
    hanging_hub.behave()

    assert waiting.problems + served.problems == []
    assert served.names(503) == set()
    assert waiting.slowest_seconds < PATIENCE_SECONDS
    with under_load([product.url], [call]) as later:
        time.sleep(0.5)
    assert later.problems == []
    assert {status for _, status in later.statuses} == {200}
    counted = served.counted + waiting.counted + later.counted
    assert eventually(
        lambda: admin.get("/dashboard/api/metrics").json()["totals"]["requests"] == counted,
        seconds=10,
    )
