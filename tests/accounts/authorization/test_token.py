"""Codes for tokens, tokens for new ones, and everybody else who tries."""

import pytest
from django.utils import timezone

from accounts.authorization import throttle
from accounts.authorization.models import AccessToken, Grant, RefreshToken
from accounts.authorization.scopes import Scope
from accounts.authorization.tokens import find_token
from accounts.buckets import Buckets
from accounts.models import User
from tests.accounts.authorization.flow import (
    ISSUER,
    SHARED,
    agree,
    basic,
    make_browser,
    new_verifier,
    registered,
)

pytestmark = pytest.mark.django_db


def is_good(tokens):
    return find_token(tokens["access_token"]) is not None


def test_a_code_gives_a_token_that_is_for_this_person_client_and_place(alice_client, app, alice):
    answer = app.redeem(app.code(alice_client, scope="mcp:read mcp:write"))

    tokens = answer.json()
    grant = find_token(tokens["access_token"])
    assert answer.headers["Cache-Control"] == "no-store"
    assert tokens["token_type"] == "Bearer"
    assert tokens["expires_in"] == 3600
    assert tokens["scope"] == "mcp:read mcp:write"
    assert tokens["access_token"].startswith("hfmcp_at_")
    assert tokens["refresh_token"].startswith("hfmcp_rt_")
    assert (grant.user_id, grant.username, grant.hf_id) == (alice.pk, alice.username, alice.hf_id)
    assert (grant.client_id, grant.client_name) == (app.client_id, "Probe")
    assert grant.scopes == {"mcp:read", "mcp:write"}
    assert grant.resources == {SHARED}


def test_no_token_is_stored_as_it_is(alice_client, app):
    tokens = app.tokens(alice_client)

    stored = [*AccessToken.objects.values_list(), *RefreshToken.objects.values_list()]
    assert len(stored) == 2
    assert tokens["access_token"] not in str(stored)
    assert tokens["refresh_token"] not in str(stored)


@pytest.mark.parametrize(
    "changes",
    [
        {"code_verifier": None},
        {"code_verifier": ""},
        {"code_verifier": "w" * 43},
        {"redirect_uri": "http://127.0.0.1:33419/callback"},
        {"redirect_uri": "https://evil.example"},
        {"client_id": "unknown"},
        {"client_id": None},
        {"code": "x"},
        {"code": None},
        {"code": "\0"},
        {"code": "x" * 10_000},
        {"code": "é"},
        {"client_id": ["a", "b"]},
        {"grant_type": "client_credentials"},
        {"grant_type": "password", "username": "alice", "password": "x"},
        {"grant_type": "urn:ietf:params:oauth:grant-type:device_code", "device_code": "x"},
        {"grant_type": "implicit"},
        {"grant_type": None},
        {"grant_type": ["authorization_code", "refresh_token"]},
        {"resource": "https://evil.example/mcp"},
        {"resource": f"{ISSUER}/u/alice-of-accounts/mcp"},
        {"resource": "http://[::1/mcp"},
        {"resource": [SHARED, "https://evil.example/mcp"]},
        {"client_secret": "guess"},
    ],
)
def test_a_code_alone_is_not_enough(alice_client, app, changes):
    answer = app.redeem(app.code(alice_client), **changes)

    assert answer.status_code in {400, 401}
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json()["error"]
    assert "access_token" not in answer.text
    assert not AccessToken.objects.exists()


def test_a_foreign_resource_is_called_so(alice_client, app):
    answer = app.redeem(app.code(alice_client), resource="https://evil.example/mcp")

    assert answer.json()["error"] == "invalid_target"


def test_the_resource_of_the_code_may_be_repeated_in_another_spelling(alice_client, app):
    answer = app.redeem(app.code(alice_client), resource="HTTP://LOCALHOST:8000/mcp/")

    assert find_token(answer.json()["access_token"]).resources == {SHARED}


def test_our_bare_origin_does_not_widen_what_the_code_is_for(alice_client, app):
    answer = app.redeem(app.code(alice_client, resource=SHARED), resource=f"{ISSUER}/")

    tokens = answer.json()
    refreshed = app.refresh(tokens["refresh_token"], resource=ISSUER).json()
    assert find_token(tokens["access_token"]).resources == {SHARED}
    assert find_token(refreshed["access_token"]).resources == {SHARED}


def test_a_token_may_be_for_less_than_its_code(alice_client, app):
    answer = app.redeem(app.code(alice_client, resource=None), resource=SHARED)

    assert find_token(answer.json()["access_token"]).resources == {SHARED}


def test_a_code_cannot_be_made_more_of(alice_client, app):
    answer = app.redeem(app.code(alice_client, scope="mcp:read"), scope="mcp:read mcp:write")

    assert answer.json()["scope"] == "mcp:read"
    assert find_token(answer.json()["access_token"]).scopes == {Scope.READ}


def test_a_client_cannot_be_one_in_the_header_and_another_in_the_body(alice_client, app):
    confidential = registered(token_endpoint_auth_method="client_secret_basic")
    code = app.code(alice_client)
    app.http = make_browser()
    app.http.defaults["HTTP_AUTHORIZATION"] = basic(
        confidential.client_id, confidential.client_secret
    )

    assert app.redeem(code).status_code in {400, 401}
    assert not AccessToken.objects.exists()


def test_a_code_of_another_client_is_worth_nothing(alice_client, app):
    other = registered()

    answer = other.redeem(app.code(alice_client))

    assert answer.json()["error"] == "invalid_grant"
    assert not AccessToken.objects.exists()


def test_an_expired_code_is_worth_nothing(alice_client, app):
    code = app.code(alice_client)
    Grant.objects.update(expires=timezone.now())

    assert app.redeem(code).json()["error"] == "invalid_grant"


def test_a_code_that_is_used_twice_takes_back_what_it_gave(alice_client, app):
    code = app.code(alice_client)
    first = app.redeem(code).json()
    refreshed = app.refresh(first["refresh_token"]).json()

    again = app.redeem(code)

    assert again.json()["error"] == "invalid_grant"
    assert not is_good(refreshed)
    assert app.refresh(refreshed["refresh_token"]).json()["error"] == "invalid_grant"


def test_a_replay_by_another_client_takes_nothing_back(alice_client, app):
    code = app.code(alice_client)
    tokens = app.redeem(code).json()

    registered().redeem(code)

    assert is_good(tokens)


def test_a_failed_attempt_does_not_spend_the_code(alice_client, app):
    code = app.code(alice_client)
    app.redeem(code, code_verifier="w" * 43)

    assert app.redeem(code).status_code == 200


def test_a_disabled_person_gets_no_token(alice_client, app):
    code = app.code(alice_client)
    tokens = app.tokens(alice_client)
    User.objects.update(is_active=False)

    assert app.redeem(code).json()["error"] == "invalid_grant"
    assert app.refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"


def test_a_locked_out_client_gets_no_token(alice_client, app):
    from accounts.authorization.models import Application

    code = app.code(alice_client)
    Application.objects.update(is_active=False)

    assert app.redeem(code).json()["error"] == "invalid_client"


@pytest.mark.parametrize("method", ["client_secret_post", "client_secret_basic"])
def test_a_confidential_client_needs_its_secret(alice_client, method):
    app = registered(token_endpoint_auth_method=method)
    code = app.code(alice_client)

    without = app.redeem(code, client_secret=None)
    wrong = app.redeem(code, client_secret="wrong")
    right = app.redeem(code)

    assert without.json()["error"] == wrong.json()["error"] == "invalid_client"
    assert without.status_code == 401
    assert right.status_code == 200


def test_a_confidential_client_may_say_its_secret_in_the_header(alice_client):
    app = registered(token_endpoint_auth_method="client_secret_basic")
    code = app.code(alice_client)
    app.http = make_browser()
    app.http.defaults["HTTP_AUTHORIZATION"] = basic(app.client_id, app.client_secret)

    answer = app.redeem(code, client_id=None, client_secret=None)

    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ('{"grant_type": "authorization_code"}', "application/json"),
        ("[" * 50_000, "application/json"),
        ('["grant_type"]', "application/json"),
        ("{", "application/json"),
        ("grant_type=refresh_token", "text/plain"),
        ("grant_type=authorization_code%GG&code=%", "application/x-www-form-urlencoded"),
        ("\xff\xfe", "application/x-www-form-urlencoded"),
        ("", "application/x-www-form-urlencoded"),
        ("&&==", "application/x-www-form-urlencoded"),
    ],
)
def test_what_is_no_request_for_a_token_is_refused(body, content_type, app):
    answer = make_browser().post("/oauth/token", body, content_type=content_type)

    assert answer.status_code == 400
    assert answer.json()["error"]


def test_what_is_sent_as_json_is_read_too(alice_client, app):
    form = {
        "grant_type": "authorization_code",
        "code": app.code(alice_client),
        "redirect_uri": app.redirect_uri,
        "code_verifier": app.verifier,
        "client_id": app.client_id,
        "client_secret": None,
        "resource": [SHARED],
    }

    answer = app.http.post("/oauth/token", form, content_type="application/json")

    assert answer.status_code == 200


@pytest.mark.parametrize("path", ["/oauth/token", "/oauth/revoke"])
@pytest.mark.parametrize(
    "body", ["a=" + "x" * 70_000, "&".join(f"a{n}=1" for n in range(1_500))], ids=["long", "many"]
)
def test_what_is_too_large_is_refused_as_programs_read_it(path, body):
    answer = make_browser().post(path, body, content_type="application/x-www-form-urlencoded")

    assert answer.status_code == 413
    assert answer.json()["error"] == "invalid_request"


@pytest.mark.parametrize("path", ["/oauth/token", "/oauth/revoke"])
def test_a_flood_of_requests_is_stopped_and_told_when_to_come_back(path, settings, monkeypatch):
    monkeypatch.setattr(throttle, "buckets", Buckets())
    settings.LIMIT_TOKEN_PER_MINUTE = 4

    answers = [make_browser().post(path) for _ in range(6)]

    assert [answer.status_code for answer in answers] == [400] * 4 + [429] * 2
    assert answers[-1].json()["error"] == "temporarily_unavailable"
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 60


def test_nothing_is_read_from_the_query(alice_client, app):
    code = app.code(alice_client)
    query = f"grant_type=authorization_code&code={code}&client_id={app.client_id}&x=%GG"

    answer = make_browser().post(f"/oauth/token?{query}")

    assert answer.status_code == 400
    assert Grant.objects.exists()


@pytest.mark.parametrize("path", ["/oauth/token", "/oauth/revoke", "/oauth/register"])
def test_clients_post(path):
    assert make_browser().get(path).status_code == 405


def test_each_sign_in_may_have_a_verifier_of_its_own(alice_client, app):
    app.verifier = new_verifier()

    assert app.redeem(app.code(alice_client)).status_code == 200


def test_the_page_is_left_with_the_address_that_was_registered(alice_client):
    app = registered(redirect_uris=["https://client.example/callback?from=mcp"])

    text = agree(alice_client, app.authorize_url()).text

    assert "https://client.example/callback?from=mcp&amp;code=" in text
