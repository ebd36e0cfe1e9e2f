"""Every word on these pages can be translated."""

import pytest
from django.test import Client

from accounts.models import HubCredential
from mcpendpoint import __version__
from tests.accounts.conftest import make_user
from tests.pseudo_language import spoken, unmarked_in

pytestmark = pytest.mark.django_db

HEADERS = {"host": "localhost", "accept-language": "fr"}
NAMES = ("Hugging Face MCP", __version__, "hf_…")


@pytest.fixture(autouse=True)
def _marked():
    with spoken():
        yield


@pytest.fixture
def with_an_app(settings):
    settings.HF_OAUTH_CLIENT_ID = "app"


def unmarked(answer, *data):
    assert "⟦" in answer.text
    return unmarked_in(answer.text, (*NAMES, *data))


PAGES = [
    "/",
    "/sign-in/",
    "/sign-in/?next=/dashboard/",
    "/there/is/none",
]


@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_left_in_english_without_an_app(client, path):
    assert unmarked(client.get(path, headers=HEADERS)) == []


@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_left_in_english_with_an_app(client, with_an_app, path):
    assert unmarked(client.get(path, headers=HEADERS)) == []


@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_left_in_english_where_nobody_can_sign_in(client, settings, path):
    settings.SIGN_IN_WITH_TOKEN = False

    assert unmarked(client.get(path, headers=HEADERS)) == []


@pytest.mark.parametrize("token", ["", "two words", "hfmcp_1234"])
def test_what_is_wrong_with_a_token_is_not_left_in_english(client, token):
    answer = client.post("/sign-in/", {"token": token}, headers=HEADERS)

    assert unmarked(answer) == []


def test_the_menu_of_a_person_is_not_left_in_english(client, settings):
    alice = make_user()
    settings.ADMIN_HF_USERS = [f"id:{alice.hf_id}"]
    client.force_login(alice)
    answer = client.get("/there/is/none", headers=HEADERS)

    assert unmarked(answer, alice.username, alice.username[0]) == []


def test_failures_are_not_left_in_english(client):
    other_host = {**HEADERS, "host": "evil.example"}

    assert unmarked(client.get("/sign-in/", headers=other_host)) == []


def test_a_refused_form_is_not_left_in_english():
    answer = Client(enforce_csrf_checks=True).post("/sign-out/", headers=HEADERS)

    assert unmarked(answer) == []


def test_the_overview_of_the_settings_is_not_left_in_english(client):
    alice = make_user()
    client.force_login(alice)
    answer = client.get("/settings/", headers=HEADERS)

    assert unmarked(answer, alice.username, alice.username[0]) == []


def test_what_is_said_of_an_ended_connection_is_not_left_in_english(client):
    alice = make_user()
    HubCredential.objects.filter(user=alice).update(access_token="", refresh_token="")
    client.force_login(alice)
    answer = client.get("/settings/", headers=HEADERS)

    assert 'role="alert"' in answer.text
    assert unmarked(answer, alice.username, alice.username[0]) == []


@pytest.mark.parametrize("path", ["/settings/account/", "/settings/account/remove/"])
def test_the_pages_about_an_account_are_not_left_in_english(client, path):
    alice = make_user()
    client.force_login(alice)
    answer = client.get(path, headers=HEADERS)

    assert answer.status_code == 200
    assert unmarked(answer, alice.username, alice.username[0]) == []
