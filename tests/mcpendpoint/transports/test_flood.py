"""One client in a retry loop, as one that once took the reference server down.

What the others notice is measured by `python -m benchmarks.flood`, on a machine that is idle. Here
it is only counted what the flood gets.
"""

import shutil
import time

import pytest

from tests.live.others import flood, waiting_times_ms
from tests.live.storage import redis_server
from tests.mcpendpoint.wire import Wire, request
from tests.needs import need

PING = request("ping")
PROXIED = {"TRUSTED_PROXIES": "1"}
CONNECTIONS = 16


@pytest.fixture
def proxied(make_product):
    return make_product(**PROXIED, LIMIT_ANONYMOUS_PER_MINUTE="60")


def test_a_flood_gets_hardly_an_answer_and_the_others_get_theirs(proxied):
    url = f"{proxied.url}/mcp?gradio=none"

    started = time.perf_counter()
    with flood(url, CONNECTIONS) as answers:
        time.sleep(1)
        waiting_times_ms(url, 100)  # raises for any answer but a good one
    seconds = time.perf_counter() - started

    assert answers["200"] <= 15 + 1 + seconds
    # One a second on each connection, and the first ones at once.
    assert 1 <= answers["429"] <= CONNECTIONS * (seconds + 2)


def test_a_connection_goes_on_after_a_large_body_that_nobody_read(proxied):
    wire = Wire(f"{proxied.url}/mcp?gradio=none")
    while wire.post(PING).status_code == 200:
        pass

    late = wire.post(b" " * 900_000)
    while late.status_code == 429:
        time.sleep(int(late.headers["Retry-After"]))
        late = wire.post(PING)

    assert late.status_code == 200


def test_processes_that_share_a_redis_share_limits_and_live_without_it(make_product):
    need(shutil.which("redis-server") is not None, "redis-server is not installed")
    with redis_server() as redis_url:
        shared = PROXIED | {"REDIS_URL": redis_url, "LIMIT_ANONYMOUS_PER_MINUTE": "10"}
        wires = [Wire(f"{make_product(**shared).url}/mcp?gradio=none") for _ in range(2)]

        started = time.perf_counter()
        answers = []
        while answers[-2:] != [429, 429]:
            answers += [wire.post(PING).status_code for wire in wires]
            time.sleep(0.2)  # time enough to tell each other
        seconds = time.perf_counter() - started

    # Either alone would give out 10 at once, and all that while one more in six seconds.
    assert answers.count(200) <= 10 + seconds / 6 + 3

    elsewhere = {"X-Forwarded-For": "203.0.113.9"}
    alone = [wires[0].post(PING, elsewhere).status_code for _ in range(14)]
    assert alone[:10] == [200] * 10
    assert 429 in alone
