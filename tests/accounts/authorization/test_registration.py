"""Anybody may register a client; nobody gets more by it than a name on a consent page."""

import pytest
from django.contrib.auth.hashers import check_password

from accounts.authorization.models import AccessToken, Application
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


@pytest.mark.parametrize(
    "uri",
    [
        "https://claude.ai/api/mcp/auth_callback",
        "https://client.example:8443/callback?from=mcp",
        "http://localhost/callback",
        "http://localhost:8080/callback",
        "http://127.0.0.1/callback",
        "http://[::1]:9000/callback",
        "cursor://anysphere.cursor-mcp/oauth/callback",
        "vscode://vscode.github-authentication/did-authenticate",
        "vscode-insiders://vscode.mcp/callback",
        "warp://mcp/oauth2callback",
    ],
)
def test_a_redirect_to_a_site_a_local_program_or_a_known_app_is_taken(uri):
    assert register(redirect_uris=[uri]).status_code == 201


@pytest.mark.parametrize(
    "uri",
    [
        "http://evil.example/callback",
        "http://localhost.evil.example/callback",
        "http://127.0.0.1.evil.example/callback",
        "http://127.0.0.2/callback",
        "http://10.0.0.1/callback",
        "javascript:alert(1)",
        "javascript://localhost/%0aalert(1)",
        "data:text/html,<script>alert(1)</script>",
        "file:///etc/passwd",
        "vbscript:x",
        "blob:https://evil.example/1",
        "unknown-app://callback",
        "https://user:secret@client.example/callback",
        "https://client.example\\@evil.example/callback",
        "https://client.example/callback#fragment",
        "https://client.example/callback#",
        "https://*.client.example/callback",
        "https:///callback",
        "https:client.example/callback",
        "https://client.example:99999/callback",
        "https://client.example/call back",
        "https://client.example/call\nback",
        "https://client.example/\u202ekcabllac",
        "https://cl\u0456ent.example/callback",
        "https://client.example/\u0000",
        "//client.example/callback",
        "/callback",
        "callback",
        "",
        "https://client.example/" + "x" * 500,
    ],
)
def test_any_other_redirect_is_refused(uri):
    answer = register(redirect_uris=[LOOPBACK, uri])

    assert answer.status_code == 400
    assert answer.json()["error"] == "invalid_redirect_uri"
    assert not Application.objects.exists()


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"redirect_uris": None}, "invalid_client_metadata"),
        ({"redirect_uris": []}, "invalid_redirect_uri"),
        ({"redirect_uris": [LOOPBACK] * 11}, "invalid_redirect_uri"),
        ({"redirect_uris": LOOPBACK}, "invalid_client_metadata"),
        ({"redirect_uris": [1]}, "invalid_client_metadata"),
        ({"redirect_uris": {"0": LOOPBACK}}, "invalid_client_metadata"),
        ({"client_name": {"en": "Probe"}}, "invalid_client_metadata"),
        ({"client_name": "x" * 256}, "invalid_client_metadata"),
        ({"grant_types": ["client_credentials"]}, "invalid_client_metadata"),
        ({"grant_types": ["implicit"]}, "invalid_client_metadata"),
        ({"grant_types": ["password", "authorization_code"]}, "invalid_client_metadata"),
        ({"grant_types": ["refresh_token"]}, "invalid_client_metadata"),
        ({"grant_types": []}, "invalid_client_metadata"),
        ({"response_types": ["token"]}, "invalid_client_metadata"),
        ({"token_endpoint_auth_method": "private_key_jwt"}, "invalid_client_metadata"),
        ({"token_endpoint_auth_method": 1}, "invalid_client_metadata"),
        ({"scope": ["mcp:read"]}, "invalid_client_metadata"),
        ({"logo_uri": "x" * 20_000}, "invalid_client_metadata"),
    ],
)
def test_what_makes_no_sense_is_refused(changes, error):
    answer = register(**changes)

    assert answer.status_code == 400
    assert answer.json()["error"] == error
    assert answer.json()["error_description"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"x"', b"\xff", b"[" * 10_000])
def test_what_is_no_registration_is_refused(body):
    answer = make_browser().post("/oauth/register", body, content_type="application/json")

    assert answer.status_code == 400
    assert answer.json()["error"] == "invalid_client_metadata"


def test_what_else_a_client_says_of_itself_is_ignored():
    answer = register(
        application_type="native",
        client_uri="https://client.example",
        logo_uri="https://client.example/logo.png",
        skip_authorization=True,
        is_active=False,
        software_id="x",
    )

    row = Application.objects.get(client_id=answer.json()["client_id"])
    assert answer.status_code == 201
    assert row.skip_authorization is False
    assert row.is_active is True


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


def test_a_flood_from_one_address_is_stopped_and_told_when_to_come_back(settings):
    settings.OAUTH_REGISTRATIONS_PER_HOUR = 3

    answers = [register() for _ in range(5)]

    assert [answer.status_code for answer in answers] == [201, 201, 201, 429, 429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 3600
    assert Application.objects.count() == 3


def test_a_flood_of_nonsense_counts_as_well(settings):
    settings.OAUTH_REGISTRATIONS_PER_HOUR = 2

    answers = [register(redirect_uris=["javascript:x"]).status_code for _ in range(3)]

    assert answers == [400, 400, 429]


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
