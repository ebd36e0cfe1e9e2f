"""Workers that share a PostgreSQL database and a Redis are one server to whoever asks."""

from types import SimpleNamespace

import pytest

from accounts.buckets import Rate
from tests.live.storage import redis_server
from tests.mcpendpoint.wire import Wire, request

PING = request("ping")
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
