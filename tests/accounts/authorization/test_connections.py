"""Connected apps on the settings page, and out with them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.access_keys import create_access_key, find_access_key
from accounts.authorization.connections import connected_apps, note_use
from accounts.authorization.models import AccessToken, Connection, RefreshToken
from accounts.authorization.scopes import read_scopes, with_implied
from accounts.authorization.tokens import find_token
from accounts.models import AuditEvent
from tests.accounts.authorization.flow import agree, make_browser, registered

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


def browser_for(user):
    alice_client = make_browser()
    alice_client.force_login(user)
    return alice_client


def connection_of(app, user):
    return Connection.objects.get(application__client_id=app.client_id, user=user).pk


def disconnect(alice_client, connection_id, **kwargs):
    return alice_client.post(f"/settings/apps/{connection_id}/disconnect/", **kwargs)


def test_nobody_is_connected_at_first(alice_client):
    assert "No app is connected" in alice_client.get("/settings/apps/").text


def test_a_connected_app_is_shown_with_what_it_may_do(alice_client):
    app = registered(client_name="Sketchy")
    app.tokens(alice_client, scope="mcp:read mcp:spaces")

    page = alice_client.get("/settings/apps/").text

    assert "Sketchy" in page
    assert "unverified" in page
    assert "Read on Hugging Face · Run Spaces" in page
    assert "never used" in page


def test_use_is_noted_first_and_last(alice_client, app, alice):
    grant = find_token(app.tokens(alice_client)["access_token"])

    note_use(grant)

    shown = connected_apps(alice)[0]
    assert shown.first_used_at == shown.last_used_at
    assert (timezone.now() - shown.first_used_at).total_seconds() < 60
    assert "first used" in alice_client.get("/settings/apps/").text


def test_an_app_that_never_came_back_for_its_tokens_is_not_shown(alice_client, app, alice):
    agree(alice_client, app.authorize_url())

    assert connected_apps(alice) == []


def test_an_app_stays_while_it_can_refresh(alice_client, app, alice):
    app.tokens(alice_client)
    AccessToken.objects.update(expires=timezone.now() - timedelta(days=1))

    assert len(connected_apps(alice)) == 1


def test_an_app_that_gave_its_tokens_back_is_not_shown(alice_client, app, alice):
    app.revoke(app.tokens(alice_client)["refresh_token"])

    assert connected_apps(alice) == []


def test_a_disconnected_app_has_nothing_left(alice_client, app, alice):
    tokens = [app.tokens(alice_client), app.tokens(alice_client)]
    code = app.code(alice_client)

    answer = disconnect(alice_client, connection_of(app, alice))

    assert answer.headers["location"] == "/settings/apps/"
    assert [find_token(each["access_token"]) for each in tokens] == [None, None]
    assert {app.refresh(each["refresh_token"]).status_code for each in tokens} == {400}
    assert app.redeem(code).json()["error"] == "invalid_grant"
    assert connected_apps(alice) == []


def test_caches_hear_of_it(alice_client, app, alice, changed):
    app.tokens(alice_client)
    connection_id = connection_of(app, alice)

    assert changed(lambda: disconnect(alice_client, connection_id)) == [alice.pk]


def test_a_disconnected_app_may_ask_again(alice_client, app, alice):
    app.tokens(alice_client)
    disconnect(alice_client, connection_of(app, alice))

    assert find_token(app.tokens(alice_client)["access_token"]) is not None


def test_other_apps_and_other_people_stay_connected(alice_client, app, alice, stranger):
    other = registered()
    app.tokens(alice_client)
    mine, theirs = other.tokens(alice_client), app.tokens(browser_for(stranger))

    disconnect(alice_client, connection_of(app, alice))

    assert find_token(mine["access_token"]) is not None
    assert find_token(theirs["access_token"]) is not None


@pytest.mark.parametrize("connection_id", [None, 10**30])
def test_nobody_disconnects_the_app_of_another(alice_client, app, stranger, connection_id):
    tokens = app.tokens(browser_for(stranger))

    answer = disconnect(alice_client, connection_id or connection_of(app, stranger))

    assert answer.status_code == 404
    assert find_token(tokens["access_token"]) is not None


def test_nobody_sees_the_apps_of_another(alice_client, stranger):
    registered(client_name="App of the stranger").tokens(browser_for(stranger))

    assert "App of the stranger" not in alice_client.get("/settings/apps/").text


def test_htmx_gets_the_section(alice_client, app, alice):
    app.tokens(alice_client)

    answer = disconnect(alice_client, connection_of(app, alice), headers=HTMX)

    assert "<html" not in answer.text
    assert "No app is connected" in answer.text


def test_disconnecting_takes_a_post_of_somebody_who_signed_in(alice_client, app, alice):
    app.tokens(alice_client)
    path = f"/settings/apps/{connection_of(app, alice)}/disconnect/"

    assert alice_client.get(path).status_code == 405
    assert make_browser().post(path).headers["location"].startswith("/sign-in/")
    assert Connection.objects.exists()


def test_signing_out_everywhere_asks_first_and_says_what_it_ends(alice_client, app, alice):
    app.tokens(alice_client)
    create_access_key(alice, "Laptop")

    page = alice_client.get("/settings/sign-out-everywhere/").text

    assert "1 connected app loses access and has to ask you again" in page
    assert "Revoke my 1 access key as well" in page
    assert Connection.objects.exists()


def test_signing_out_everywhere_ends_sessions_and_connections(alice_client, app, alice):
    elsewhere = browser_for(alice)
    tokens = app.tokens(alice_client)

    alice_client.post("/settings/sign-out-everywhere/")

    assert "/sign-in/" in elsewhere.get("/settings/apps/").headers["location"]
    assert "/sign-in/" in alice_client.get("/settings/apps/").headers["location"]
    assert find_token(tokens["access_token"]) is None
    assert not RefreshToken.objects.filter(revoked=None).exists()


def test_access_keys_stay_unless_they_are_to_go(alice_client, alice):
    _, key = create_access_key(alice, "Laptop")
    alice_client.post("/settings/sign-out-everywhere/")
    assert find_access_key(key) is not None
    alice.refresh_from_db()

    browser_for(alice).post("/settings/sign-out-everywhere/", {"revoke_keys": "on"})

    assert find_access_key(key) is None


def test_nobody_else_is_signed_out(alice_client, app, stranger):
    theirs = browser_for(stranger)
    tokens = app.tokens(theirs)

    alice_client.post("/settings/sign-out-everywhere/")

    assert theirs.get("/settings/apps/").status_code == 200
    assert find_token(tokens["access_token"]) is not None


def test_whoever_signed_out_everywhere_can_sign_in_again(alice_client, alice):
    alice_client.post("/settings/sign-out-everywhere/")
    alice.refresh_from_db()

    assert browser_for(alice).get("/settings/apps/").status_code == 200


def change(client, scopes, **headers):
    path = f"/settings/apps/{Connection.objects.get().pk}/scopes/"
    return client.post(path, {"scopes": scopes}, headers=headers)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("mcp:read mcp:spaces mcp:write", "mcp:read"),
        ("mcp:read", "mcp:read mcp:spaces mcp:write"),
        ("mcp:read", "mcp:spaces"),
    ],
)
def test_its_owner_changes_what_an_app_may_do_without_a_new_sign_in(
    alice_client, app, before, after
):
    first = app.tokens(alice_client, scope=before)
    second = app.refresh(first["refresh_token"]).json()

    assert change(alice_client, after.split()).status_code == 302

    further = [app.refresh(pair["refresh_token"]).json() for pair in (first, second)]
    for pair in (first, second, *further):
        assert find_token(pair["access_token"]).scopes == with_implied(read_scopes(after))
    assert {pair["scope"] for pair in further} == {after}


@pytest.mark.parametrize("scopes", [[], ["admin"], ["mcp:read", "admin"], [""]])
def test_what_an_app_may_do_is_never_nothing_nor_unknown(alice_client, app, scopes):
    tokens = app.tokens(alice_client)

    assert change(alice_client, scopes, **{"hx-request": "true"}).status_code == 422
    assert find_token(tokens["access_token"]).scopes == {"mcp:read"}


def test_nobody_changes_what_anothers_app_may_do(alice_client, client_of, stranger, app):
    tokens = app.tokens(alice_client)

    assert change(client_of(stranger), ["mcp:write"]).status_code == 404
    assert find_token(tokens["access_token"]).scopes == {"mcp:read"}


def test_a_change_of_scopes_is_in_the_log(alice_client, app):
    app.tokens(alice_client)

    change(alice_client, ["mcp:spaces"])

    event = AuditEvent.objects.order_by("-at", "-pk").first()
    assert (event.action, event.client) == ("scopes_changed", "Probe")
    assert event.detail == {"scopes": "mcp:spaces"}


def test_a_code_that_waits_is_good_for_no_more_than_its_owner_leaves_the_app(alice_client, app):
    code = app.code(alice_client, scope="mcp:read mcp:spaces")

    change(alice_client, ["mcp:read"])

    assert app.redeem(code).json()["scope"] == "mcp:read"
