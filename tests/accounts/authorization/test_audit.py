"""What people and the clients that they let in do is in the audit log."""

import pytest

from accounts.authorization.models import Connection
from accounts.models import AuditEvent
from tests.accounts.authorization.flow import (
    agree,
    decide,
    let_grace_pass,
    make_browser,
    registered,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def app(db):
    return registered(client_name="Sketchy")


def events():
    """Return what people and apps did that is in the log, beside signing in."""
    log = AuditEvent.objects.exclude(action__in=["sign_in", "client_registered"]).order_by("pk")
    return [(event.action, event.outcome, event.client, event.detail) for event in log]


def last():
    return events()[-1]


def test_letting_an_app_in_and_what_it_gets_is_logged(alice_client, app, alice):
    app.tokens(alice_client, scope="mcp:read mcp:spaces")

    assert events() == [
        ("consent", "ok", "Sketchy", {"scopes": "mcp:read mcp:spaces"}),
        ("token_issued", "ok", "Sketchy", {"scopes": "mcp:read mcp:spaces"}),
    ]
    assert {event.user for event in AuditEvent.objects.exclude(user=None)} == {alice}


def test_a_registration_is_logged_with_the_name_that_the_app_gave_itself(app):
    event = AuditEvent.objects.get(action="client_registered")

    assert (event.user, event.outcome, event.client) == (None, "ok", "Sketchy")


def test_only_what_the_person_ticked_is_logged_as_allowed(alice_client, app):
    agree(alice_client, app.authorize_url(scope="mcp:read mcp:write"), ["mcp:read"])

    assert last() == ("consent", "ok", "Sketchy", {"scopes": "mcp:read"})


def test_saying_no_is_logged(alice_client, app):
    decide(alice_client, app.authorize_url(), "deny", [])

    assert last() == ("consent", "denied", "Sketchy", {})


def test_a_refresh_is_logged(alice_client, app):
    tokens = app.tokens(alice_client)

    app.refresh(tokens["refresh_token"])

    assert last() == ("token_refreshed", "ok", "Sketchy", {"scopes": "mcp:read"})


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_an_app_that_gives_its_access_back_is_logged_once(alice_client, app, kind):
    tokens = app.tokens(alice_client)

    app.revoke(tokens[kind])
    app.revoke(tokens[kind])

    assert last() == ("token_revoked", "ok", "Sketchy", {"by": "app"})
    assert len(events()) == 3


def test_what_is_no_token_of_the_app_revokes_nothing_and_is_not_logged(alice_client, app):
    tokens = app.tokens(alice_client)

    registered(client_name="Another").revoke(tokens["refresh_token"])
    app.revoke("nonsense")

    assert last()[0] == "token_issued"


def test_disconnecting_an_app_is_logged(alice_client, app):
    app.tokens(alice_client)

    alice_client.post(f"/settings/apps/{Connection.objects.get().pk}/disconnect/")

    assert last() == ("token_revoked", "ok", "Sketchy", {"by": "person"})


def test_a_refresh_token_that_comes_twice_is_logged_once_as_denied(alice_client, app):
    used = app.tokens(alice_client)["refresh_token"]
    app.refresh(used)
    let_grace_pass()

    app.refresh(used)
    app.refresh(used)

    action, outcome, client, detail = last()
    assert (action, outcome, client) == ("token_revoked", "denied", "Sketchy")
    assert detail["by"] == "server"
    assert [event[0] for event in events()].count("token_revoked") == 1


def test_a_code_that_comes_twice_is_logged_as_denied(alice_client, app):
    code = app.code(alice_client)
    app.redeem(code)

    app.redeem(code)

    assert last()[:2] == ("token_revoked", "denied")


def test_a_code_that_is_wrong_is_not_logged(alice_client, app):
    app.redeem("wrong")

    assert events() == []


def test_signing_out_everywhere_is_logged(alice_client):
    alice_client.post("/settings/sign-out-everywhere/", {"revoke_keys": ""})

    assert last() == ("sign_out_everywhere", "ok", "", {})


def test_no_token_no_code_and_no_secret_is_in_the_log(alice_client, app):
    code = app.code(alice_client)
    tokens = app.redeem(code).json()
    fresh = app.refresh(tokens["refresh_token"]).json()
    app.revoke(fresh["access_token"])

    stored = str(list(AuditEvent.objects.values()))
    kinds = ("access_token", "refresh_token")
    secrets = [code, *(given[kind] for given in (tokens, fresh) for kind in kinds)]
    assert [secret for secret in secrets if secret in stored] == []


def test_the_name_of_an_app_cannot_forge_lines(alice_client):
    registered(client_name="Cur\nsor\u202e\x00").tokens(alice_client)

    assert {client for _, _, client, _ in events()} == {"Cur sor"}


def test_people_see_what_their_apps_did_and_nobody_elses(alice_client, app, stranger):
    app.tokens(alice_client)
    other = make_browser()
    other.force_login(stranger)

    assert "Authorized an app" in alice_client.get("/settings/activity/").text.split("<table")[-1]
    assert "Sketchy" not in other.get("/settings/activity/").text
