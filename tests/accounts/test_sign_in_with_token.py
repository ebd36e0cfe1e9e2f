"""Signing in with a pasted Hugging Face token, which the Hub is asked about."""

import pytest
from django.db import connection
from django.test import Client

from accounts.models import HubCredential, User
from tests.accounts.conftest import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def hub_settings(settings, hub):
    settings.HF_ENDPOINT = hub.url
    return settings


def post_token(client: Client, token: str, **form: str):
    return client.post("/sign-in/", {"token": token, **form})


def test_a_good_token_signs_its_owner_in(client, hub_settings, new_user):
    person = new_user()

    response = post_token(client, person.token)

    user = User.objects.get(hf_id=person.hf_id)
    assert response.headers["location"] == "/"
    assert user.username == person.name
    assert client.session["_auth_user_id"] == str(user.pk)
    assert user.hub_credential.access_token == person.token
    assert user.hub_credential.scope == "write"


def test_neither_the_database_nor_the_session_holds_the_token_readable(
    client, hub_settings, new_user
):
    person = new_user()

    post_token(client, person.token)

    with connection.cursor() as cursor:
        cursor.execute("SELECT access_token FROM accounts_hubcredential")
        stored = cursor.fetchall()
    assert len(stored) == 1
    assert person.token not in stored[0][0]
    assert person.token not in str(dict(client.session))


@pytest.mark.parametrize(
    ("token", "said"),
    [
        ("hf_expired", "does not accept this token"),
        ("hf_org_acme", "belongs to an organization"),
        ("", "Paste your token"),
        ("hf_with a space", "A token is one word"),
        ("hf_ünicode", "A token is one word"),
        ("hfmcp_abc", "access key of this server"),
        ("hf_" + "x" * 5_000, "at most 4096 characters"),
    ],
)
def test_a_bad_token_is_refused_and_the_page_says_why(client, hub_settings, token, said):
    response = post_token(client, token)

    assert response.status_code == 422
    assert said in response.text
    assert len(token) < 5 or token not in response.text
    assert "_auth_user_id" not in client.session
    assert not User.objects.exists()


def test_an_unreachable_hub_is_told_apart_from_a_bad_token(client):
    response = post_token(client, "hf_of_nobody_that_was_here_before")

    assert "cannot be reached right now" in response.text
    assert "_auth_user_id" not in client.session


def test_a_disabled_account_stays_out(client, hub_settings, new_user):
    person = new_user()
    make_user(person.name, hf_id=person.hf_id)
    User.objects.update(is_active=False)

    response = post_token(client, person.token)

    assert "has been disabled" in response.text
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    ("next_url", "goes_to"),
    [
        ("/dashboard/?range=1h", "/dashboard/?range=1h"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("javascript:alert(1)", "/"),
    ],
)
def test_sign_in_goes_on_to_addresses_of_this_server_only(
    client, hub_settings, new_user, next_url, goes_to
):
    response = post_token(client, new_user().token, next=next_url)

    assert response.headers["location"] == goes_to


def test_the_page_explains_how_to_set_up_the_button(client):
    page = client.get("/sign-in/", headers={"host": "localhost:8000"}).text

    assert "http://localhost:8000/accounts/huggingface/login/callback/" in page
    assert "HF_OAUTH_CLIENT_ID" in page
    assert "Sign in with this token" in page


def test_with_oauth_the_page_offers_the_button_and_the_token_too(client, settings):
    settings.HF_OAUTH_CLIENT_ID = "an-id"

    page = client.get("/sign-in/").text

    assert "Sign in with Hugging Face" in page
    assert "Sign in with this token" in page
    assert "HF_OAUTH_CLIENT_ID" not in page


def test_whoever_is_signed_in_is_sent_on(alice_client):
    assert alice_client.get("/sign-in/").headers["location"] == "/"


def test_whoever_has_to_renew_their_credential_may_sign_in_again(alice_client, alice):
    HubCredential.objects.update(needs_sign_in=True)

    assert alice_client.get("/sign-in/").status_code == 200


def test_sign_out_takes_a_post(alice_client):
    assert alice_client.get("/sign-out/").status_code == 405
    assert "_auth_user_id" in alice_client.session

    assert alice_client.post("/sign-out/").headers["location"] == "/sign-in/"
    assert "_auth_user_id" not in alice_client.session


def test_forms_need_the_token_of_their_page(hub_settings):
    strict = Client(enforce_csrf_checks=True)

    assert post_token(strict, "hf_alice").status_code == 403
