"""What is stored encrypted can be read with any of the keys, and a lost key locks nobody out."""

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.credentials import SignInNeeded, hub_token
from accounts.encryption import Unreadable
from accounts.models import HubCredential
from tests.accounts.conftest import make_user

pytestmark = pytest.mark.django_db(transaction=True)

OAUTH = HubCredential.Kind.OAUTH


@pytest.fixture
def other_key(settings):
    """Have a key that was not there when things were stored, and return those that were."""
    before = settings.FIELD_ENCRYPTION_KEYS
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    return before


def stored() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT access_token, refresh_token FROM accounts_hubcredential")
        return [value for row in cursor.fetchall() for value in row if value]


@pytest.fixture
def oauth_user(db):
    return make_user(kind=OAUTH, access_token="hf_a", refresh_token="hf_r", scope="openid jobs")


@pytest.mark.parametrize(
    "path",
    ["/settings/", "/sign-in/", "/settings/activity/", "/settings/account/remove/", "/dashboard/"],
)
def test_every_page_can_be_shown_when_the_key_is_lost(oauth_user, client_of, other_key, path):
    assert client_of(oauth_user).get(path).status_code in (200, 403)


def test_the_settings_ask_for_a_new_sign_in_when_the_key_is_lost(oauth_user, client_of, other_key):
    page = client_of(oauth_user).get("/settings/").text

    assert "Your connection to Hugging Face has ended." in page


async def test_a_credential_that_no_key_opens_has_ended(oauth_user, other_key):
    with pytest.raises(SignInNeeded):
        await hub_token(oauth_user.pk)


def test_a_new_sign_in_replaces_what_no_key_opens(oauth_user, other_key):
    make_user(oauth_user.username, hf_id=oauth_user.hf_id, access_token="hf_new")

    credential = HubCredential.objects.get(user=oauth_user)
    assert (credential.access_token, credential.refresh_token) == ("hf_new", "")


def test_a_wrong_key_costs_nothing_that_the_right_one_opens(oauth_user, settings, other_key):
    credential = HubCredential.objects.get(user=oauth_user)
    assert isinstance(credential.access_token, Unreadable)
    credential.save()

    settings.FIELD_ENCRYPTION_KEYS = other_key

    credential.refresh_from_db()
    assert (credential.access_token, credential.refresh_token) == ("hf_a", "hf_r")


def test_a_key_can_be_rotated_in_and_the_old_one_out(oauth_user, settings, other_key):
    new_key = settings.FIELD_ENCRYPTION_KEYS[0]
    settings.FIELD_ENCRYPTION_KEYS = [new_key, *other_key]

    call_command("keys", "rotate")
    settings.FIELD_ENCRYPTION_KEYS = [new_key]

    credential = HubCredential.objects.get(user=oauth_user)
    assert (credential.access_token, credential.refresh_token) == ("hf_a", "hf_r")


def test_rotating_twice_changes_nothing(oauth_user):
    before = stored()

    call_command("keys", "rotate")

    assert stored() == before


def test_rotation_says_what_it_could_not_read_and_leaves_it(oauth_user, other_key):
    before = stored()

    with pytest.raises(CommandError, match="No key opens 2 values"):
        call_command("keys", "rotate")

    assert stored() == before


@pytest.mark.parametrize("rubbish", ["x", "gAAAAA", "ünicode", "\x7f", "a" * 100_000])
def test_what_was_never_encrypted_is_unreadable(oauth_user, client_of, rubbish):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_hubcredential SET access_token = %s", [rubbish])

    assert isinstance(HubCredential.objects.get().access_token, Unreadable)
    assert client_of(oauth_user).get("/settings/").status_code == 200
