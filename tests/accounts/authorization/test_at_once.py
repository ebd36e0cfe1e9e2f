"""Many requests at the same time, on both databases: whoever is first gets it, nobody else does."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.accounts.authorization import live
from tests.accounts.authorization.live import LiveApp
from tests.mcpendpoint.wire import Wire, request
from tests.ports import free_port

MANY = 8


@pytest.fixture(params=["sqlite", "postgres"])
def workers(request, make_product):
    """Two addresses of one server; on SQLite, where there is one worker, the same twice."""
    if request.param == "sqlite":
        url = make_product().url
        return url, url
    make_worker = request.getfixturevalue("postgres_product")
    first, port = make_worker(), free_port()
    make_worker(PUBLIC_URL=first.url, PORT=str(port))
    return first.url, f"http://127.0.0.1:{port}"


@pytest.fixture
def person(workers, make_person):
    return make_person(workers[0])


def at_once(*actions):
    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(lambda action: action(), actions))


def statuses(answers):
    return sorted(answer.status_code for answer in answers)


def is_served(base: str, token: str) -> bool:
    status = Wire(f"{base}/mcp", token).post(request("tools/list")).status_code
    assert status in {200, 401}
    return status == 200


def everywhere(workers, app: LiveApp):
    return [app.at(workers[number % 2]) for number in range(MANY)]


def test_a_code_gives_tokens_once(workers, person):
    app = live.register(workers[0])
    code = app.code(person)

    answers = at_once(*[lambda app=app: app.redeem(code) for app in everywhere(workers, app)])

    assert statuses(answers) == [200] + [400] * (MANY - 1)


def test_a_refresh_token_gives_tokens_once(workers, person):
    app = live.register(workers[0])
    token = app.tokens(person)["refresh_token"]

    answers = at_once(*[lambda app=app: app.refresh(token) for app in everywhere(workers, app)])

    assert statuses(answers) == [200] + [400] * (MANY - 1)


def test_a_client_may_refresh_and_revoke_at_the_same_time(workers, person):
    app = live.register(workers[0])
    tokens = app.tokens(person)
    other = app.at(workers[1])

    refreshed, revoked = at_once(
        lambda: app.refresh(tokens["refresh_token"]),
        lambda: other.revoke(tokens["refresh_token"]),
    )

    assert refreshed.status_code in {200, 400}
    assert revoked.status_code == 200
    assert not is_served(workers[0], tokens["access_token"])
