"""New tokens for old ones, and who tries to have more than that."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.authorization.models import AccessToken, RefreshToken
from accounts.authorization.tokens import find_token
from tests.accounts.authorization.flow import ISSUER, SHARED, let_grace_pass, registered

pytestmark = pytest.mark.django_db


def is_good(tokens):
    return find_token(tokens["access_token"]) is not None


def test_a_refresh_gives_new_tokens_and_lets_the_old_ones_end_by_themselves(alice_client, app):
    first = app.tokens(alice_client, scope="mcp:read mcp:spaces")

    second = app.refresh(first["refresh_token"]).json()

    assert second["scope"] == "mcp:read mcp:spaces"
    assert is_good(first)
    assert is_good(second)
    assert find_token(second["access_token"]).resources == {SHARED}
    assert second["refresh_token"] != first["refresh_token"]


def test_a_refresh_token_is_good_once_more_for_a_moment(alice_client, app):
    first = app.tokens(alice_client)
    pairs = [app.refresh(first["refresh_token"]).json() for _ in range(3)]

    further = [app.refresh(pair["refresh_token"]).json() for pair in pairs]

    assert len({pair["refresh_token"] for pair in (first, *pairs, *further)}) == 7
    assert all(map(is_good, (first, *pairs, *further)))


def test_a_refresh_token_that_comes_back_later_ends_the_family(alice_client, app):
    first = app.tokens(alice_client)
    second, other = (app.refresh(first["refresh_token"]).json() for _ in range(2))
    third = app.refresh(second["refresh_token"]).json()
    let_grace_pass()

    again = app.refresh(first["refresh_token"])

    assert again.json()["error"] == "invalid_grant"
    for pair in (first, second, other, third):
        assert not is_good(pair)
        assert app.refresh(pair["refresh_token"]).json()["error"] == "invalid_grant"


def test_the_moment_is_counted_from_the_first_refresh(alice_client, app):
    first = app.tokens(alice_client)
    app.refresh(first["refresh_token"])
    let_grace_pass()
    RefreshToken.objects.filter(revoked=None).update(updated=timezone.now())

    assert app.refresh(first["refresh_token"]).status_code == 400


def test_the_moment_may_be_none(alice_client, app, settings):
    settings.OAUTH_REFRESH_GRACE_SECONDS = 0
    first = app.tokens(alice_client)
    second = app.refresh(first["refresh_token"]).json()

    assert app.refresh(first["refresh_token"]).json()["error"] == "invalid_grant"
    assert not is_good(second)


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_nothing_of_a_sign_in_that_was_revoked_is_good_once_more(alice_client, app, kind):
    first = app.tokens(alice_client)
    second, other = (app.refresh(first["refresh_token"]).json() for _ in range(2))

    app.revoke(second[kind])

    for pair in (first, second, other):
        assert not is_good(pair)
        assert app.refresh(pair["refresh_token"]).json()["error"] == "invalid_grant"


def test_an_access_token_that_was_replaced_is_revoked_alone(alice_client, app):
    first = app.tokens(alice_client)
    second = app.refresh(first["refresh_token"]).json()

    app.revoke(first["access_token"])

    assert not is_good(first)
    assert is_good(second)
    assert app.refresh(second["refresh_token"]).status_code == 200


def test_a_replaced_refresh_token_is_enough_to_sign_out(alice_client, app):
    first = app.tokens(alice_client)
    second = app.refresh(first["refresh_token"]).json()

    app.revoke(first["refresh_token"])

    assert not is_good(second)


def test_other_families_of_the_same_person_and_client_live_on(alice_client, app):
    first, other = app.tokens(alice_client), app.tokens(alice_client)
    app.refresh(first["refresh_token"])
    let_grace_pass()
    app.refresh(first["refresh_token"])

    assert is_good(other)


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        (None, "mcp:read mcp:spaces"),
        ("", "mcp:read mcp:spaces"),
        ("offline_access", "mcp:read mcp:spaces"),
        ("mcp:write", "mcp:read mcp:spaces"),
        ("mcp:read", "mcp:read"),
        ("mcp:read offline_access", "mcp:read"),
        ("mcp:read mcp:write", "mcp:read"),
    ],
)
def test_a_refresh_gives_of_what_is_asked_what_was_agreed_to(alice_client, app, asked, given):
    tokens = app.tokens(alice_client, scope="mcp:read mcp:spaces")

    answer = app.refresh(tokens["refresh_token"], scope=asked).json()

    assert answer["scope"] == given
    assert find_token(answer["access_token"]).scopes == set(given.split())


def test_a_token_for_less_leaves_the_next_one_what_was_agreed_to(alice_client, app):
    """RFC 6749 section 6: the new refresh token is for what the old one was for."""
    tokens = app.tokens(alice_client, scope="mcp:read mcp:spaces")
    narrow = app.refresh(tokens["refresh_token"], scope="mcp:read").json()

    assert app.refresh(narrow["refresh_token"]).json()["scope"] == "mcp:read mcp:spaces"


def test_a_refresh_cannot_change_the_place(alice_client, app):
    tokens = app.tokens(alice_client)

    elsewhere = app.refresh(tokens["refresh_token"], resource=f"{ISSUER}/u/alice-of-accounts/mcp")

    assert elsewhere.json()["error"] == "invalid_target"
    assert is_good(tokens)


def test_a_refresh_token_of_another_client_is_worth_nothing(alice_client, app):
    tokens = app.tokens(alice_client)

    answer = registered().refresh(tokens["refresh_token"])

    assert answer.json()["error"] == "invalid_grant"
    assert is_good(tokens)


def test_an_old_refresh_token_ends_nothing_when_another_client_sends_it(alice_client, app):
    first = app.tokens(alice_client)
    second = app.refresh(first["refresh_token"]).json()

    answer = registered().refresh(first["refresh_token"])

    assert answer.json()["error"] == "invalid_grant"
    assert is_good(second)


@pytest.mark.parametrize("token", ["", "x", "\0", "hfmcp_rt_x", "x" * 10_000])
def test_what_is_no_refresh_token_gives_nothing(app, token):
    answer = app.refresh(token)

    assert answer.status_code == 400
    assert answer.json()["error"] in {"invalid_grant", "invalid_request"}


def test_an_access_token_is_no_refresh_token(alice_client, app):
    tokens = app.tokens(alice_client)

    assert app.refresh(tokens["access_token"]).json()["error"] == "invalid_grant"


def test_a_refresh_token_does_not_last_for_ever(alice_client, app):
    tokens = app.tokens(alice_client)
    AccessToken.objects.update(expires=timezone.now() - timedelta(days=31))

    assert app.refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"
