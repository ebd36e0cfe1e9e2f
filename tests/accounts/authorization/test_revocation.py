"""RFC 7009: a client gives back what it has, and nothing else."""

import pytest

from accounts.authorization.tokens import find_token
from tests.accounts.authorization.flow import make_browser, registered

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
@pytest.mark.parametrize("hint", [None, "access_token", "refresh_token", "nonsense"])
def test_either_token_ends_both(alice_client, app, kind, hint):
    tokens = app.tokens(alice_client)

    answer = app.revoke(tokens[kind], token_type_hint=hint)

    assert (answer.status_code, answer.content) == (200, b"")
    assert find_token(tokens["access_token"]) is None
    assert app.refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_another_client_ends_nothing_and_learns_nothing(alice_client, app, kind):
    tokens = app.tokens(alice_client)

    answer = registered().revoke(tokens[kind])

    assert (answer.status_code, answer.content) == (200, b"")
    assert find_token(tokens["access_token"]) is not None


@pytest.mark.parametrize("token", ["x", "\0", "x" * 10_000, "é"])
def test_an_unknown_token_is_as_good_as_revoked(app, token):
    assert app.revoke(token).status_code == 200


def test_a_client_that_is_unknown_is_refused(alice_client, app):
    tokens = app.tokens(alice_client)

    answer = app.revoke(tokens["access_token"], client_id="unknown")

    assert answer.status_code == 401
    assert answer.json()["error"] == "invalid_client"
    assert find_token(tokens["access_token"]) is not None


def test_a_confidential_client_needs_its_secret(alice_client):
    app = registered(token_endpoint_auth_method="client_secret_post")
    tokens = app.tokens(alice_client)

    answer = app.revoke(tokens["access_token"], client_secret="wrong")

    assert answer.status_code == 401
    assert find_token(tokens["access_token"]) is not None


def test_without_a_token_there_is_nothing_to_revoke(app):
    assert app.revoke("").json()["error"] == "invalid_request"
    assert make_browser().post("/oauth/revoke?token=%GG").status_code == 400
