"""Many requests at the same time, on both databases: whoever is first gets it, nobody else does."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.accounts.authorization import live
from tests.accounts.authorization.live import LiveApp
from tests.live.people import post_form
from tests.mcpendpoint.wire import Wire, request

MANY = 10


@pytest.fixture(params=["sqlite", "postgres"])
def addresses(request):
    """Two addresses of one server; on SQLite, where there is one worker, the same twice."""
    if request.param == "postgres":
        return request.getfixturevalue("workers")
    url = request.getfixturevalue("product").url
    return url, url


@pytest.fixture
def person(addresses, make_person):
    return make_person(addresses[0])


def at_once(*actions):
    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(lambda action: action(), actions))


def statuses(answers):
    return sorted(answer.status_code for answer in answers)


def is_served(base: str, token: str) -> bool:
    status = Wire(f"{base}/mcp", token).post(request("tools/list")).status_code
    assert status in {200, 401}
    return status == 200


def everywhere(addresses, app: LiveApp):
    return [app.at(addresses[number % 2]) for number in range(MANY)]


def test_a_code_gives_tokens_once(addresses, person):
    app = live.register(addresses[0])
    code = app.code(person)

    answers = at_once(*[lambda app=app: app.redeem(code) for app in everywhere(addresses, app)])

    assert statuses(answers) == [200] + [400] * (MANY - 1)


def test_of_processes_that_refresh_at_the_same_time_none_loses(addresses, person):
    app = live.register(addresses[0])
    first = app.tokens(person)
    apps = everywhere(addresses, app)

    token = first["refresh_token"]
    pairs = [each.json() for each in at_once(*[lambda app=app: app.refresh(token) for app in apps])]
    further = at_once(
        *[
            lambda app=app, pair=pair: app.refresh(pair["refresh_token"])
            for app, pair in zip(apps, pairs, strict=True)
        ]
    )

    assert statuses(further) == [200] * MANY
    for pair in (first, *pairs, *(each.json() for each in further)):
        assert is_served(addresses[1], pair["access_token"])


def test_a_client_may_refresh_and_revoke_at_the_same_time(addresses, person):
    app = live.register(addresses[0])
    tokens = app.tokens(person)
    other = app.at(addresses[1])

    refreshed, revoked = at_once(
        lambda: app.refresh(tokens["refresh_token"]),
        lambda: other.revoke(tokens["refresh_token"]),
    )

    assert refreshed.status_code in {200, 400}
    assert revoked.status_code == 200
    assert not is_served(addresses[0], tokens["access_token"])


def test_a_client_that_is_disconnected_while_it_refreshes_has_nothing_left(addresses, person):
    app = live.register(addresses[0])
    token = app.tokens(person)["refresh_token"]
    number = re.search(r"/settings/apps/(\d+)/disconnect/", person.get("/settings/apps/").text)[1]

    *refreshed, _ = at_once(
        *[lambda app=app: app.refresh(token) for app in everywhere(addresses, app)],
        lambda: post_form(person, f"/settings/apps/{number}/disconnect/", {}),
    )

    for answer in refreshed:
        if answer.status_code == 200:
            assert not is_served(addresses[1], answer.json()["access_token"])
            assert app.refresh(answer.json()["refresh_token"]).status_code == 400


def test_a_client_that_may_do_less_while_it_refreshes_has_no_token_for_more(addresses, person):
    app = live.register(addresses[0])
    token = app.tokens(person, scope="mcp:read mcp:spaces")["refresh_token"]
    number = re.search(r"/settings/apps/(\d+)/scopes/", person.get("/settings/apps/").text)[1]

    *refreshed, _ = at_once(
        *[lambda app=app: app.refresh(token) for app in everywhere(addresses, app)],
        lambda: post_form(person, f"/settings/apps/{number}/scopes/", {"scopes": ["mcp:spaces"]}),
    )

    for answer in refreshed:
        assert app.refresh(answer.json()["refresh_token"]).json()["scope"] == "mcp:spaces"


def test_an_app_refreshes_while_it_is_bound_to_a_profile_again_and_again(addresses, person):
    app = live.register(addresses[0])
    token = app.tokens(person)["refresh_token"]
    number = re.search(r"/settings/apps/(\d+)/scopes/", person.get("/settings/apps/").text)[1]

    def bind():
        path = f"/settings/profiles/apps/{number}/"
        return [post_form(person, path, {"profile": ""}) for _ in range(MANY)]

    def refresh(app: LiveApp):
        return [app.refresh(token) for _ in range(2)]

    bound, *refreshed = at_once(
        bind, *[lambda app=app: refresh(app) for app in everywhere(addresses, app)]
    )

    assert set(statuses([*bound, *sum(refreshed, [])])) == {200}
