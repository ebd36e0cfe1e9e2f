"""What nobody needs any more is thrown away, by a command and by itself."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from accounts.authorization.housekeeping import expired, forget_old
from accounts.authorization.models import AccessToken, Application, Grant, RefreshToken
from accounts.housekeeping import tidy_up
from tests.accounts.authorization.flow import let_grace_pass, registered
from tests.accounts.test_housekeeping import trusted_clock

pytestmark = pytest.mark.django_db

COMMAND = "clear_authorizations"


def age(app, days):
    then = timezone.now() - timedelta(days=days)
    mine = Application.objects.filter(client_id=app.client_id)
    mine.update(updated=then)
    mine.filter(let_in_at__isnull=False).update(let_in_at=then)


def expire(model, days=1):
    model.objects.update(expires=timezone.now() - timedelta(days=days))


def clients():
    return set(Application.objects.values_list("client_id", flat=True))


def test_clients_that_nobody_let_in_are_removed_after_a_day(alice_client):
    fresh, old, used = registered(), registered(), registered()
    used.tokens(alice_client)
    age(old, 2)
    age(used, 2)

    call_command(COMMAND)

    assert clients() == {fresh.client_id, used.client_id}


def test_how_long_they_are_kept_is_a_setting(settings):
    app = registered()
    age(app, 2)

    settings.OAUTH_UNUSED_CLIENT_HOURS = 49
    call_command(COMMAND)
    assert clients() == {app.client_id}

    settings.OAUTH_UNUSED_CLIENT_HOURS = 47
    call_command(COMMAND)
    assert clients() == set()


def test_a_client_that_was_let_in_once_keeps_its_id_for_a_year(alice_client):
    app = registered()
    app.revoke(app.tokens(alice_client)["refresh_token"])
    age(app, 300)

    call_command(COMMAND)

    assert alice_client.get(app.authorize_url()).status_code == 200


def test_a_client_without_a_token_is_removed_in_the_end(alice_client, settings):
    app = registered()
    app.revoke(app.tokens(alice_client)["refresh_token"])
    RefreshToken.objects.update(revoked=timezone.now() - timedelta(days=100))
    age(app, 300)

    settings.OAUTH_IDLE_CLIENT_DAYS = 299
    call_command(COMMAND)

    assert clients() == set()


def test_a_client_that_somebody_uses_stays_however_old_it_is(alice_client):
    app = registered()
    app.tokens(alice_client)
    age(app, 1_000)

    call_command(COMMAND)

    assert clients() == {app.client_id}


def test_codes_that_nobody_redeemed_are_removed_when_they_have_expired(alice_client, app):
    app.code(alice_client)
    call_command(COMMAND)
    assert Grant.objects.count() == 1

    expire(Grant)
    call_command(COMMAND)
    assert Grant.objects.count() == 0


def test_a_code_is_gone_once_it_was_used(alice_client, app):
    app.tokens(alice_client)

    assert Grant.objects.count() == 0


def test_tokens_stay_while_they_can_be_refreshed(alice_client, app):
    tokens = app.tokens(alice_client)
    expire(AccessToken, days=29)

    call_command(COMMAND)

    assert app.refresh(tokens["refresh_token"]).status_code == 200


def test_tokens_that_can_no_longer_be_refreshed_are_removed(alice_client, app):
    app.tokens(alice_client)
    expire(AccessToken, days=31)

    call_command(COMMAND)

    assert not AccessToken.objects.exists()
    assert not RefreshToken.objects.exists()


def test_used_refresh_tokens_are_kept_while_a_thief_might_come_with_one(alice_client, app):
    first = app.tokens(alice_client)
    second = app.refresh(first["refresh_token"]).json()
    let_grace_pass()

    call_command(COMMAND)

    assert app.refresh(first["refresh_token"]).status_code == 400
    assert app.refresh(second["refresh_token"]).status_code == 400


def test_sessions_that_have_expired_are_removed(alice_client, client_of, stranger):
    client_of(stranger)
    Session.objects.filter(pk=alice_client.session.session_key).update(
        expire_date=timezone.now() - timedelta(days=1)
    )

    call_command(COMMAND)

    assert Session.objects.count() == 1


def test_what_expires_after_the_time_that_is_believed_stays(alice_client, app):
    app.tokens(alice_client)
    expire(AccessToken, days=31)

    assert forget_old(timezone.now() - timedelta(days=40)) == 0
    assert forget_old(timezone.now()) == 2


def test_what_has_expired_is_found_without_reading_all_there_is():
    if connection.vendor != "sqlite":
        pytest.skip("other databases read small tables whole")

    plans = [rows.explain() for rows in expired(timezone.now())]

    assert len(plans) == 5
    assert not [plan for plan in plans if "SCAN" in plan]


def test_a_server_that_is_in_use_tidies_up_by_itself():
    age(registered(), 2)

    tidy_up(trusted_clock())

    assert clients() == set()
