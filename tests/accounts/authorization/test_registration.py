"""Anybody may register a client; nobody gets more by it than a name on a consent page."""

import pytest
from django.contrib.auth.hashers import check_password

from accounts.authorization import throttle
from accounts.authorization.models import AccessToken, Application
from accounts.buckets import Buckets
from tests.accounts.authorization.flow import LOOPBACK, make_browser, register

pytestmark = pytest.mark.django_db


def test_a_public_client_gets_an_id_and_no_secret():
    answer = register()

    about = answer.json()
    assert answer.status_code == 201
    assert answer.headers["Cache-Control"] == "no-store"
    assert about.pop("client_id")
    assert about.pop("client_id_issued_at")
    assert about == {
        "client_name": "Probe",
        "redirect_uris": [LOOPBACK],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
        "scope": "mcp:read mcp:spaces mcp:write",
    }


@pytest.mark.parametrize("method", ["client_secret_post", "client_secret_basic", None])
def test_a_confidential_client_gets_a_secret_that_is_stored_hashed(method):
    about = register(token_endpoint_auth_method=method).json()

    stored = Application.objects.get(client_id=about["client_id"]).client_secret
    assert about["token_endpoint_auth_method"] == (method or "client_secret_basic")
    assert about["client_secret_expires_at"] == 0
    assert about["client_secret"] not in stored
    assert check_password(about["client_secret"], stored)


def test_a_registration_is_no_credential():
    about = register().json()

    assert "registration_access_token" not in about
    assert "registration_client_uri" not in about
    assert not AccessToken.objects.exists()


@pytest.mark.parametrize("given", [None, [], "", 7, [7], {"0": LOOPBACK}, ["callback"]])
def test_a_client_whose_codes_could_be_sent_nowhere_is_refused(given):
    answer = register(redirect_uris=given)

    assert answer.status_code == 400
    assert answer.json()["error"] == "invalid_redirect_uri"
    assert answer.json()["error_description"]
    assert not Application.objects.exists()


def test_a_registration_that_is_too_long_is_refused():
    answer = register(logo_uri="x" * 70_000)

    assert answer.status_code == 400
    assert answer.json()["error"] == "invalid_client_metadata"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"x"', b"\xff", b"[" * 10_000])
def test_what_is_no_registration_is_refused(body):
    answer = make_browser().post("/oauth/register", body, content_type="application/json")

    assert answer.status_code == 400
    assert answer.json()["error"] == "invalid_client_metadata"


def test_nobody_registers_as_their_own_what_they_were_given(alice_client):
    answer = alice_client.post(
        "/oauth/register",
        {"redirect_uris": [LOOPBACK], "client_name": "x"},
        content_type="application/json",
    )

    assert Application.objects.get(client_id=answer.json()["client_id"]).user is None


def test_scopes_cannot_be_widened_by_registering():
    about = register(scope="mcp:read admin superuser").json()

    assert about["scope"] == "mcp:read"


@pytest.fixture
def counted(monkeypatch):
    """Begin to count anew."""
    monkeypatch.setattr(throttle, "buckets", Buckets())


@pytest.mark.usefixtures("counted")
def test_a_flood_from_one_address_is_stopped_and_told_when_to_come_back(settings):
    settings.OAUTH_REGISTRATIONS_PER_HOUR = 3

    answers = [register() for _ in range(5)]

    assert [answer.status_code for answer in answers] == [201, 201, 201, 429, 429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 3600
    assert Application.objects.count() == 3


@pytest.mark.usefixtures("counted")
def test_a_flood_of_nonsense_counts_as_well(settings):
    settings.OAUTH_REGISTRATIONS_PER_HOUR = 2

    answers = [register(redirect_uris=["javascript:x"]).status_code for _ in range(3)]

    assert answers == [400, 400, 429]


@pytest.mark.usefixtures("counted")
def test_other_addresses_have_a_share_of_their_own(settings):
    settings.OAUTH_REGISTRATIONS_PER_HOUR = 1
    client = make_browser()

    def status_from(address):
        body = {"redirect_uris": [LOOPBACK], "token_endpoint_auth_method": "none"}
        return client.post(
            "/oauth/register", body, content_type="application/json", REMOTE_ADDR=address
        ).status_code

    assert [status_from("192.0.2.1"), status_from("192.0.2.1")] == [201, 429]
    assert status_from("192.0.2.2") == 201
    assert [status_from("2001:db8::1"), status_from("2001:db8::2")] == [201, 429]


@pytest.mark.usefixtures("counted")
def test_many_addresses_together_have_a_limit_too(settings):
    settings.OAUTH_REGISTRATIONS_PER_HOUR = 1
    client = make_browser()
    body = {"redirect_uris": [LOOPBACK], "token_endpoint_auth_method": "none"}

    statuses = [
        client.post(
            "/oauth/register", body, content_type="application/json", REMOTE_ADDR=f"192.0.2.{n}"
        ).status_code
        for n in range(32)
    ]

    assert statuses == [201] * 30 + [429] * 2


@pytest.mark.usefixtures("counted")
def test_no_limit_is_zero_as_for_every_other_limit(settings):
    settings.OAUTH_REGISTRATIONS_PER_HOUR = 0

    assert {register().status_code for _ in range(5)} == {201}
