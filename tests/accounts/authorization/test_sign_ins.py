"""Requests as different clients write them, each of which ends with tokens."""

import pytest

from accounts.authorization.tokens import find_token
from tests.accounts.authorization.flow import (
    ISSUER,
    SHARED,
    App,
    agree,
    answer_of,
    basic,
    make_browser,
    registered,
)

pytestmark = pytest.mark.django_db

MINE = f"{ISSUER}/u/alice-of-accounts/mcp"

ASKED = {
    "as it should be": {},
    "no resource": {"resource": None},
    "an empty resource": {"resource": ""},
    "a slash at the end": {"resource": f"{SHARED}/"},
    "an uppercase host": {"resource": "HTTP://LOCALHOST:8000/mcp"},
    "the address in the configuration": {"resource": f"{SHARED}?bouquet=all&login"},
    "one's own address": {"resource": MINE},
    "one's own address in capitals": {"resource": MINE.replace("alice", "ALICE")},
    "two resources": {"resource": [SHARED, MINE]},
    "our bare origin": {"resource": ISSUER},
    "our bare origin besides": {"resource": [f"{ISSUER}/", SHARED]},
    "the same resource twice": {"resource": [SHARED, SHARED]},
    "no scope": {"scope": None},
    "an empty scope": {"scope": ""},
    "a foreign scope": {"scope": "offline_access"},
    "a foreign scope too": {"scope": "mcp:read offline_access"},
    "scopes of OpenID": {"scope": "openid profile email"},
    "every scope": {"scope": "mcp:read mcp:spaces mcp:write"},
    "a scope twice": {"scope": "mcp:read mcp:read"},
    "no state": {"state": None},
    "an empty state": {"state": ""},
    "a long state": {"state": "x" * 4_000},
    "a state with anything in it": {"state": "é&=#%/?+ \"'<>😀"},
    "prompt=consent": {"prompt": "consent"},
    "prompt=login": {"prompt": "login"},
    "prompt=none": {"prompt": "none"},
    "access_type=offline": {"access_type": "offline"},
    "an audience": {"audience": "https://api.example"},
    "a login hint": {"login_hint": "alice@example.org"},
    "a nonce": {"nonce": "n" * 500},
    "max_age": {"max_age": "0"},
    "ui_locales": {"ui_locales": "de-CH fr"},
    "acr_values": {"acr_values": "urn:mace:incommon:iap:silver"},
    "response_mode=query": {"response_mode": "query"},
    "response_mode=form_post": {"response_mode": "form_post"},
    "claims": {"claims": '{"userinfo":{"email":null}}'},
    "an ID token as a hint": {"id_token_hint": "e30.e30."},
    "a display": {"display": "popup"},
    "what a proxy adds": {"utm_source": "mail", "gclid": "1"},
    "a client secret": {"client_secret": "x"},
    "PKCE's verifier by mistake": {"code_verifier": "v" * 43},
    "a request object": {"request": "e30.e30.", "request_uri": "urn:x"},
    "DPoP": {"dpop_jkt": "x" * 43},
    "organizations": {"orgIds": "1,2"},
}


@pytest.mark.parametrize("changes", ASKED.values(), ids=ASKED)
def test_it_ends_with_tokens_that_can_be_refreshed(alice_client, app, changes):
    tokens = app.tokens(alice_client, **changes)

    refreshed = app.refresh(tokens["refresh_token"])

    assert refreshed.status_code == 200
    assert find_token(refreshed.json()["access_token"]).scopes
    assert tokens["token_type"] == "Bearer"


@pytest.mark.parametrize("state", ["x" * 4_000, "é&=#%/?+ \"'<>😀"])
def test_the_state_comes_back_to_the_letter(alice_client, app, state):
    assert answer_of(agree(alice_client, app.authorize_url(state=state)))["state"] == state


REDEEMED = {
    "the resource again": {"resource": SHARED},
    "the resource in another spelling": {"resource": "http://LocalHost:8000/mcp/"},
    "an empty resource": {"resource": ""},
    "our bare origin": {"resource": f"{ISSUER}/"},
    "a scope": {"scope": "mcp:read offline_access"},
    "an empty scope": {"scope": ""},
    "an audience": {"audience": "https://api.example"},
    "an empty secret": {"client_secret": ""},
    "a state": {"state": "a-state"},
    "a client's name": {"client_name": "x"},
    "an assertion": {"client_assertion": "e30.e30.", "client_assertion_type": "urn:x"},
}


@pytest.mark.parametrize("changes", REDEEMED.values(), ids=REDEEMED)
def test_a_code_may_come_with_more_than_it_needs(alice_client, app, changes):
    assert app.redeem(app.code(alice_client), **changes).status_code == 200


@pytest.mark.parametrize("method", ["client_secret_post", "client_secret_basic"])
@pytest.mark.parametrize("where", ["body", "header", "both"])
def test_a_secret_is_taken_wherever_it_is(alice_client, method, where):
    app = registered(token_endpoint_auth_method=method)
    code = app.code(alice_client)
    app.http = make_browser()
    if where != "body":
        app.http.defaults["HTTP_AUTHORIZATION"] = basic(app.client_id, app.client_secret)
    in_body = {} if where != "header" else {"client_id": None, "client_secret": None}

    assert app.redeem(code, **in_body).status_code == 200


def test_a_public_client_may_name_itself_in_the_header(alice_client, app):
    code = app.code(alice_client)
    app.http = make_browser()
    app.http.defaults["HTTP_AUTHORIZATION"] = basic(app.client_id, "")

    assert app.redeem(code).status_code == 200


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
@pytest.mark.parametrize("port", ["", ":1", ":33418", ":65535"])
def test_a_program_listens_on_any_port_of_this_computer(alice_client, host, port):
    app = registered(redirect_uris=[f"http://{host}/callback", f"http://{host}:3118/callback"])
    app = App(app.client_id, redirect_uri=f"http://{host}{port}/callback")

    assert app.tokens(alice_client)


def test_the_only_redirect_may_be_left_out(alice_client, app):
    code = app.code(alice_client, redirect_uri=None)

    assert app.redeem(code).status_code == 200


def test_without_pkce_the_error_says_what_is_missing(alice_client, app):
    url = app.authorize_url(code_challenge=None, code_challenge_method=None)

    answer = answer_of(alice_client.get(url))

    assert answer["error"] == "invalid_request"
    assert "challenge" in answer["error_description"].lower()


@pytest.mark.parametrize("path", ["token", "register", "revoke"])
@pytest.mark.parametrize("method", ["get", "head", "put", "delete", "options"])
def test_clients_post_and_are_told_so(path, method):
    answer = getattr(make_browser(), method)(f"/oauth/{path}")

    assert answer.status_code == 405
    assert answer.headers["Allow"] == "POST"


@pytest.mark.parametrize("name", ["oauth-authorization-server", "openid-configuration"])
def test_metadata_may_be_asked_for_by_head(name):
    answer = make_browser().head(f"/.well-known/{name}")

    assert (answer.status_code, answer.content) == (200, b"")
