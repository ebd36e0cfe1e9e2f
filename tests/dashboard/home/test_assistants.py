"""At home one sees how each of one's assistants is."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.access_keys import create_access_key, revoke_access_key
from accounts.authorization.connections import disconnect
from accounts.authorization.models import AccessToken, Connection, RefreshToken
from mcpendpoint.protocol.records import Outcome, Reason
from tests.accounts.authorization.flow import registered
from tests.accounts.conftest import make_user
from tests.dashboard.home.use import call, note

pytestmark = pytest.mark.django_db


def words_of(page: str) -> str:
    """Return what is read of a page, without what is between the words."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))


@pytest.fixture
def laptop(alice):
    return create_access_key(alice, "Laptop")[0]


@pytest.fixture
def connected(alice):
    """An app that Alice authorized and that came since."""
    browser = Client(headers={"host": "localhost:8000"})
    browser.force_login(alice)
    registered(client_name="Sketchy").tokens(browser)
    now = timezone.now()
    Connection.objects.filter(user=alice).update(first_used_at=now, last_used_at=now)
    return Connection.objects.get(user=alice)


def test_who_has_no_assistant_is_led_to_connecting_the_first(alice, at_home):
    page = at_home(alice)

    assert "http://localhost:8000/u/alice-at-home/mcp" in page
    assert "Connect your first assistant" in page


def test_an_assistant_has_its_name_version_key_and_protocol(alice, at_home, laptop):
    note(call(alice, client_name="claude-code", client_version="2.1.4"))

    shown = words_of(at_home(alice))

    assert "claude-code 2.1.4 Connected" in shown
    assert "With the key “Laptop” · heard of just now" in shown
    assert "protocol 2026-07-28" in shown
    assert "1 call in the last hour, all went well." in shown
    assert "Connect your first assistant" not in shown


def test_what_failed_in_the_last_hour_is_said_in_words(alice, at_home, laptop):
    failed = {"outcome": Outcome.TOOL_ERROR, "reason": Reason.SPACE_ASLEEP}
    refused = {"outcome": Outcome.DENIED, "reason": Reason.SCOPE}
    before = {"at": timezone.now() - timedelta(minutes=61)}
    note(call(alice, **failed, **before), call(alice), *[call(alice, **failed)] * 2)
    note(call(alice, **refused))

    said = "4 calls in the last hour, 3 failed: space not running (2 times), permission missing"
    assert said in words_of(at_home(alice))


def test_calls_of_one_assistant_are_not_told_of_another(alice, at_home, laptop):
    create_access_key(alice, "Desk")
    note(call(alice, client_name="one", outcome=Outcome.FAILED, reason=Reason.OUR_FAULT))
    note(call(alice, client_name="one", credential_name="Desk"))

    shown = words_of(at_home(alice))

    assert "1 call in the last hour, 1 failed: server error." in shown
    assert "1 call in the last hour, all went well." in shown


def test_a_key_that_was_never_used_is_there_too(alice, at_home, laptop):
    assert "Laptop With the key “Laptop” · never used yet" in words_of(at_home(alice))


def test_a_key_that_was_revoked_is_no_assistant(alice, at_home, laptop):
    note(call(alice))
    revoke_access_key(alice, laptop.pk)

    assert "Connect your first assistant" in at_home(alice)


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (timedelta(days=3, hours=1), "The key ends in 3 days"),
        (timedelta(hours=2), "The key ends within a day"),
        (timedelta(seconds=-1), "The key has ended"),
    ],
)
def test_a_key_that_ends_can_be_made_anew(alice, at_home, left, said):
    create_access_key(alice, "Laptop", expires_at=timezone.now() + left)
    note(call(alice))

    page = at_home(alice)

    assert said in page
    assert 'href="/settings/keys/" aria-label="Make a new key: Cursor"' in page


def test_a_key_that_lasts_has_no_such_button(alice, at_home):
    create_access_key(alice, "Laptop", expires_at=timezone.now() + timedelta(days=30))
    note(call(alice))

    assert "Make a new key" not in at_home(alice)


def test_a_connected_app_is_one(alice, at_home, connected):
    note(call(alice, client_name="sketch", credential="oauth", credential_name="Sketchy"))

    shown = words_of(at_home(alice))

    assert "sketch 1.7.2 Connected As the app “Sketchy”" in shown
    assert "Authorize it again" not in shown


def test_an_app_whose_access_ended_can_be_authorized_again(alice, at_home, connected):
    RefreshToken.objects.all().delete()
    AccessToken.objects.update(expires=timezone.now() - timedelta(days=1))
    note(call(alice, client_name="sketch", credential="oauth", credential_name="Sketchy"))

    page = at_home(alice)

    assert "Its access has ended" in page
    assert 'href="/connect/" aria-label="Authorize it again: sketch"' in page


def test_an_app_that_was_disconnected_is_gone(alice, at_home, connected):
    disconnect(alice, connected.pk)
    note(call(alice, credential="oauth", credential_name="Sketchy"))

    assert "Connect your first assistant" in at_home(alice)


def test_a_program_with_ones_hugging_face_token_is_one(alice, at_home):
    note(call(alice, client_name="script", credential="hf_token", credential_name=""))

    assert "With your Hugging Face token" in at_home(alice)


def test_nobody_sees_the_assistants_of_another(alice, at_home, laptop):
    stranger = make_user("stranger-at-home")
    create_access_key(stranger, "Laptop")
    note(call(alice, client_name="of-alice", outcome=Outcome.FAILED, reason=Reason.OUR_FAULT))

    page = at_home(stranger)

    assert "of-alice" not in page
    assert "failed" not in page


def test_what_a_client_calls_itself_is_text(alice, at_home, laptop):
    note(call(alice, client_name="<script>alert(1)</script>"))

    page = at_home(alice)

    assert "&lt;script&gt;" in page
    assert "<script>alert" not in page
