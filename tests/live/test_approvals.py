"""An approval counts once, whichever of the workers are asked at the same time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import httpx
import pytest

from tests.live.people import post_form
from tests.mcpendpoint.conftest import save_tools
from tests.mcpendpoint.serving.test_approvals import accepted, address_in, send
from tests.mcpendpoint.wire import Json, Wire

AT_ONCE = 6


class Somebody:
    """Who wants to be asked before they publish, and talks to two workers."""

    def __init__(self, workers, person, browser):
        self.browser = browser
        self.wires = [Wire(f"{url}/mcp?gradio=none", person.token) for url in workers]
        self.repo = {"uri": f"hf://models/{person.name}/things"}

    def create(self, worker: int) -> Json:
        return self.wires[worker].call("create_repo", self.repo)["result"]

    def create_modern(self, worker: int, **answered: object) -> Json:
        return send(self.wires[worker], self.repo, tool="create_repo", **answered)["result"]


@pytest.fixture
def somebody(workers, new_user, sign_in) -> Somebody:
    person = new_user()
    browser = sign_in(SimpleNamespace(url=workers[0]), person.token)
    save_tools(browser, "create_repo", approve_publish="ask")
    return Somebody(workers, person, browser)


def at_both_at_once(call: Callable[[int], Json]) -> list[Json]:
    with ThreadPoolExecutor(AT_ONCE) as threads:
        return list(threads.map(call, [0, 1] * (AT_ONCE // 2)))


def done(results: list[Json]) -> int:
    return sum(not result.get("isError", False) for result in results)


def test_calls_at_two_workers_are_one_question_and_its_approval_is_of_one_call(somebody):
    (address,) = {address_in(result) for result in at_both_at_once(somebody.create)}
    post_form(somebody.browser, httpx.URL(address).path, {"decision": "approve"})

    assert done(at_both_at_once(somebody.create)) == 1


def test_an_answer_that_comes_to_two_workers_counts_at_one(somebody):
    answered = accepted(somebody.create_modern(0))

    results = at_both_at_once(lambda worker: somebody.create_modern(worker, **answered))

    assert done(results) == 1
