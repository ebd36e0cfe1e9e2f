"""Workers that share a PostgreSQL database and a Redis are one server to whoever asks."""

import time
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from accounts.buckets import Rate
from tests.live.people import let_urls_write
from tests.live.storage import redis_server
from tests.mcpendpoint.wire import Json, Wire, message_of, request

PING = request("ping")
SEEN_WITHIN_SECONDS = 10
"""Long before anybody would ask the Hub anew by themselves (hub.client.ANSWER_SECONDS)."""

PER_MINUTE = 2_000
BURST = Rate(PER_MINUTE).burst


def test_who_signed_in_at_one_worker_is_signed_in_at_the_other(workers, sign_in, new_user):
    one, other = workers
    person = new_user()

    browser = sign_in(SimpleNamespace(url=one), person.token)
    page = browser.get(f"{other}/settings/", follow_redirects=False)

    assert page.status_code == 200
    assert person.name in page.text


def test_the_endpoint_answers_at_every_worker(workers, new_user):
    token = new_user().token

    answers = [Wire(f"{worker}/mcp", token).post(PING) for worker in workers]

    assert [answer.status_code for answer in answers] == [200, 200]


def test_a_change_on_the_hub_is_seen_at_the_other_worker(workers, new_user):
    person = new_user()
    let_urls_write(SimpleNamespace(url=workers[0]), person.token)
    one, other = (Wire(f"{worker}/mcp?bouquet=all", person.token) for worker in workers)
    uri = f"hf://models/{person.name}/notes"

    def has_file() -> bool:
        listed = ask(other, "hf_fs", {"operations": [{"cmd": "ls", "args": [uri]}]})
        return "hello.txt" in str(listed["results"][0]["result"]["entries"])

    ask(one, "create_repo", {"uri": uri})
    had_file = has_file()
    ask(one, "hf_fs_write", {"cmd": "put", "args": [f"{uri}/hello.txt"], "content": "Hello"})

    assert not had_file
    assert eventually(has_file, seconds=SEEN_WITHIN_SECONDS)


def ask(wire: Wire, tool: str, arguments: Json) -> Json:
    call = request("tools/call", {"name": tool, "arguments": arguments})
    return message_of(wire.post(call))["result"]["structuredContent"]


def eventually(is_so: Callable[[], bool], *, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if is_so():
            return True
        time.sleep(0.05)
    return False


@pytest.fixture
def limited(make_product):
    """Two processes that share nothing but a Redis."""
    with redis_server() as url:
        limits = {"REDIS_URL": url, "LIMIT_ANONYMOUS_PER_MINUTE": str(PER_MINUTE)}
        yield [make_product(**limits).url for _ in range(2)]


def test_what_is_used_up_at_one_worker_is_used_up_at_the_other(limited):
    one, other = (Wire(f"{worker}/mcp") for worker in limited)

    had = [served_until_refused(wire) for wire in (one, other)]

    assert had[0] >= BURST
    assert had[1] < BURST // 2  # one of its own would give a whole burst


def served_until_refused(wire: Wire) -> int:
    served = 0
    while wire.post(PING).status_code == 200:
        served += 1
        assert served < 10 * BURST
    return served
