"""The page on which a person decides: what it says, and what nobody can do to it."""

import re

import pytest
from django.test import Client

from accounts.authorization.models import Application, Connection, Grant
from tests.accounts.authorization.flow import (
    SHARED,
    address_of,
    agree,
    answer_of,
    decide,
    registered,
)

pytestmark = pytest.mark.django_db

ALL = "mcp:read mcp:spaces mcp:write"


def test_it_says_who_asks_what_for_and_where_it_goes(alice_client, alice):
    app = registered(client_name="Sketchy", redirect_uris=["https://sketchy.example/callback"])

    page = alice_client.get(app.authorize_url(scope=ALL)).text

    assert "Sketchy" in page
    assert "unverified" in page
    assert "sketchy.example" in page
    assert alice.username in page
    for words in ("Read on Hugging Face", "Run Spaces", "Make changes on Hugging Face"):
        assert words in page


def test_it_warns_of_programs_on_this_computer(alice_client, app):
    page = alice_client.get(app.authorize_url()).text

    assert "127.0.0.1:33418" in page
    assert "cannot tell which one" in page


def test_it_does_not_warn_of_them_where_the_code_goes_to_a_site(alice_client):
    app = registered(redirect_uris=["https://client.example/callback"])

    assert "cannot tell which one" not in alice_client.get(app.authorize_url()).text


def test_an_app_is_shown_by_its_scheme(alice_client):
    app = registered(redirect_uris=["cursor://anysphere.cursor-mcp/oauth/callback"])

    assert "cursor://" in alice_client.get(app.authorize_url()).text


def test_a_name_cannot_change_the_page(alice_client):
    app = registered(client_name="<img src=x onerror=alert(1)>\u202eedualC \u200b\n" + "x" * 200)

    page = alice_client.get(app.authorize_url()).text

    assert "<img src=x" not in page
    assert "\u202e" not in page
    assert "x" * 81 not in page


def test_a_client_without_a_name_is_called_so(alice_client):
    app = registered(client_name="\u200b \u202e")

    assert "An app without a name" in alice_client.get(app.authorize_url()).text


def test_everything_that_was_asked_for_is_ticked(alice_client, app):
    page = alice_client.get(app.authorize_url(scope=ALL)).text

    ticked = re.findall(r'name="scopes" value="([^"]+)" checked', page)
    assert ticked == ["mcp:read", "mcp:spaces", "mcp:write"]


def test_what_was_not_asked_for_is_not_offered(alice_client, app):
    page = alice_client.get(app.authorize_url(scope="mcp:read")).text

    assert 'value="mcp:write"' not in page


def test_a_person_may_grant_less(alice_client, app):
    agree(alice_client, app.authorize_url(scope=ALL), ["mcp:read"])

    assert Grant.objects.get().scope == "mcp:read"


def test_nobody_grants_more_than_was_asked_for(alice_client, app):
    answer = decide(alice_client, app.authorize_url(), "allow", ["mcp:read", "mcp:write"])

    assert answer.status_code == 422
    assert not Grant.objects.exists()


def test_granting_nothing_is_an_error_on_the_page(alice_client, app):
    answer = decide(alice_client, app.authorize_url(), "allow", [])

    assert answer.status_code == 422
    assert "Tick at least one thing" in answer.text
    assert not Grant.objects.exists()


@pytest.mark.parametrize("decision", ["", "yes", "true"])
def test_a_decision_that_is_none_decides_nothing(alice_client, app, decision):
    answer = decide(alice_client, app.authorize_url(), decision, ["mcp:read"])

    assert answer.status_code == 422
    assert not Grant.objects.exists()


@pytest.mark.parametrize(
    "more",
    [
        {"scope": "mcp:write"},
        {"client_id": "x"},
        {"redirect_uri": "https://evil.example"},
        {"code_challenge_method": "plain"},
        {"resource": "https://evil.example"},
        {"response_type": "token"},
        {"state": "other"},
    ],
)
def test_what_is_posted_besides_the_decision_changes_nothing(alice_client, app, more):
    answer = decide(alice_client, app.authorize_url(), "allow", ["mcp:read"], **more)

    grant = Grant.objects.get()
    assert answer_of(answer)["state"] == "a-state"
    assert (grant.scope, grant.redirect_uri, grant.resource) == (
        "mcp:read",
        app.redirect_uri,
        [SHARED],
    )
    assert grant.code_challenge_method == "S256"


def test_a_decision_from_another_site_is_refused(alice, app):
    alice_client = Client(headers={"host": "localhost:8000"}, enforce_csrf_checks=True)
    alice_client.force_login(alice)
    url = app.authorize_url()
    alice_client.get(url)

    forged = decide(alice_client, url, "allow", ["mcp:read"])
    from_afar = alice_client.post(
        url,
        {"decision": "allow", "scopes": ["mcp:read"]},
        headers={
            "origin": "https://evil.example",
            "x-csrftoken": alice_client.cookies["csrftoken"].value,
        },
    )

    assert forged.status_code == from_afar.status_code == 403
    assert not Grant.objects.exists()


@pytest.mark.parametrize("is_answered", [False, True])
def test_no_page_on_the_way_is_framed_or_stored_or_told_of(alice_client, app, is_answered):
    url = app.authorize_url()
    response = agree(alice_client, url) if is_answered else alice_client.get(url)

    policy = response.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert "form-action 'self'" in policy
    assert response.headers["X-Frame-Options"] == "DENY"
    assert "no-store" in response.headers["Cache-Control"]
    assert response.headers["Referrer-Policy"] in {"no-referrer", "same-origin"}


def test_the_page_with_the_code_sends_no_referrer_at_all(alice_client, app):
    assert agree(alice_client, app.authorize_url()).headers["Referrer-Policy"] == "no-referrer"


def test_the_way_to_the_client_is_a_page_of_ours_with_a_link(alice_client, app):
    response = agree(alice_client, app.authorize_url())

    assert response.status_code == 200
    assert "location" not in response.headers
    assert address_of(response).replace("&", "&amp;") in response.text.partition('<a href="')[2]


def test_agreeing_again_is_asked_again(alice_client, app):
    agree(alice_client, app.authorize_url())

    assert "Authorize" in alice_client.get(app.authorize_url()).text
    assert Connection.objects.count() == 1


def test_agreeing_is_remembered_with_the_client(alice_client, app, alice):
    agree(alice_client, app.authorize_url())

    connection = Connection.objects.get()
    assert (connection.user, connection.application.client_id) == (alice, app.client_id)
    assert Application.objects.get().let_in_at is not None


def test_declining_is_not_remembered(alice_client, app):
    decide(alice_client, app.authorize_url(), "deny", ["mcp:read"])

    assert not Connection.objects.exists()
