"""What an access token is worth to the endpoint."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.access_keys import create_access_key, find_access_key
from accounts.authorization.models import AccessToken, Application, RefreshToken
from accounts.authorization.tokens import find_token
from accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def token(alice_client, app) -> str:
    return app.tokens(alice_client)["access_token"]


def test_a_good_token_is_found(token, alice):
    grant = find_token(token)

    assert grant.user_id == alice.pk
    assert grant.has_expired is False


@pytest.mark.parametrize(
    ("model", "changes"),
    [
        (AccessToken, {"expires": timezone.now()}),
        (AccessToken, {"user": None}),
        (AccessToken, {"application": None}),
        (AccessToken, {"scope": ""}),
        (AccessToken, {"scope": "oauth2_provider:registration"}),
        (AccessToken, {"resource": []}),
        (User, {"is_active": False}),
        (Application, {"is_active": False}),
    ],
)
def test_a_token_that_lost_what_makes_it_one_is_worth_nothing(token, model, changes):
    model.objects.update(**changes)

    assert find_token(token) is None


def test_an_expired_grant_says_so_whenever_it_is_asked(token):
    AccessToken.objects.update(expires=timezone.now() + timedelta(milliseconds=50))
    grant = find_token(token)

    while not grant.has_expired:
        pass

    assert find_token(token) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hfmcp_at_",
        "hfmcp_at_unknown",
        "hf_token",
        "hfmcp_at_" + "x" * 5_000,
        "hfmcp_at_\0",
        "é",
    ],
)
def test_what_is_no_token_is_worth_nothing(token, text):
    assert find_token(text) is None


def test_a_token_is_found_by_all_of_it_only(token):
    assert find_token(token[:-1]) is None
    assert find_token(token + "x") is None
    assert find_token(token.upper()) is None


def test_a_refresh_token_is_no_access_token(alice_client, app):
    tokens = app.tokens(alice_client)

    assert find_token(tokens["refresh_token"]) is None
    assert find_token(tokens["refresh_token"].replace("_rt_", "_at_")) is None


def test_writing_implies_reading(alice_client, app):
    tokens = app.tokens(alice_client, scope="mcp:write")

    assert tokens["scope"] == "mcp:write"
    assert find_token(tokens["access_token"]).scopes == {"mcp:read", "mcp:write"}


def test_keys_and_tokens_are_never_taken_for_each_other(token, alice, monkeypatch):
    texts = iter(["at_looks-like-a-token", "rt_so-does-this", "a-key"])
    monkeypatch.setattr("secrets.token_urlsafe", lambda size: next(texts))

    _, key = create_access_key(alice, "Laptop")

    assert key == "hfmcp_a-key"
    assert find_access_key(token) is None
    assert find_token(key) is None


def test_whoever_is_deleted_leaves_no_token_behind(token, alice):
    alice.delete()

    assert find_token(token) is None
    assert not AccessToken.objects.exists()
    assert not RefreshToken.objects.exists()
