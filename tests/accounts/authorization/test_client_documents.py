"""Clients whose id is the address of a document about them (CIMD)."""

from collections.abc import Iterator

import pytest
from django.utils import timezone

from accounts.authorization.client_documents import DocumentUnreachable, DocumentWrong
from accounts.authorization.models import Application
from tests.accounts.authorization.documents import CLIENT_ID, MadeUpDocuments, document
from tests.accounts.authorization.flow import App, make_browser, registered

pytestmark = pytest.mark.django_db


@pytest.fixture
def documents(settings) -> Iterator[dict[str, dict]]:
    """Documents by address."""
    fetcher = f"{MadeUpDocuments.__module__}.{MadeUpDocuments.__name__}"
    settings.OAUTH2_PROVIDER = settings.OAUTH2_PROVIDER | {"CIMD_METADATA_FETCHER": fetcher}
    MadeUpDocuments.known.clear()
    MadeUpDocuments.fetched.clear()
    MadeUpDocuments.known[CLIENT_ID] = document()
    MadeUpDocuments.problem = DocumentUnreachable("there is no such document")
    yield MadeUpDocuments.known


def test_a_documented_client_goes_all_the_way_without_registering(alice_client, documents):
    app = App(CLIENT_ID)

    tokens = app.tokens(alice_client)

    assert app.refresh(tokens["refresh_token"]).status_code == 200


def test_the_host_of_the_document_vouches_for_the_name(alice_client, documents):
    page = alice_client.get(App(CLIENT_ID).authorize_url()).text

    assert "Documented client" in page
    assert "from client.example" in page
    assert "unverified" not in page
    assert "cannot tell which one" in page


def test_a_document_is_fetched_once_and_again_when_it_is_old(alice_client, documents):
    app = App(CLIENT_ID)
    for _ in range(3):
        alice_client.get(app.authorize_url())
    documents[CLIENT_ID] = document(client_name="New name")
    before = alice_client.get(app.authorize_url()).text
    Application.objects.update(cimd_expires_at=timezone.now())

    after = alice_client.get(app.authorize_url()).text

    assert ("New name" in before, "New name" in after) == (False, True)
    assert MadeUpDocuments.fetched == [CLIENT_ID] * 2


def test_a_redirect_that_the_document_no_longer_names_is_refused(alice_client, documents):
    app = App(CLIENT_ID)
    alice_client.get(app.authorize_url())
    documents[CLIENT_ID] = document(redirect_uris=["https://client.example/callback"])
    Application.objects.update(cimd_expires_at=timezone.now())

    assert alice_client.get(app.authorize_url()).status_code == 400


def test_a_document_lets_no_client_in_again_that_was_locked_out(alice_client, documents):
    app = App(CLIENT_ID)
    alice_client.get(app.authorize_url())
    Application.objects.update(is_active=False, cimd_expires_at=timezone.now())

    assert alice_client.get(app.authorize_url()).status_code == 400
    assert not Application.objects.get().is_active


@pytest.mark.parametrize(
    "problem", [DocumentUnreachable("it answered 500"), DocumentWrong("it answered 404")]
)
def test_a_document_that_is_gone_for_now_is_still_known(alice_client, documents, problem):
    app = App(CLIENT_ID)
    alice_client.get(app.authorize_url())
    documents.clear()
    MadeUpDocuments.problem = problem
    Application.objects.update(cimd_expires_at=timezone.now())

    assert app.refresh(app.tokens(alice_client)["refresh_token"]).status_code == 200


def test_a_document_that_cannot_be_reached_is_said_to_be(alice_client, documents, caplog):
    documents.clear()

    answer = alice_client.get(App(CLIENT_ID).authorize_url())

    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert "This server could not reach client.example" in answer.text
    assert "OAUTH_CLIENT_DOCUMENTS" in answer.text
    assert "location" not in answer.headers
    assert "client.example" in caplog.text
    assert CLIENT_ID not in caplog.text


def test_a_client_whose_document_cannot_be_reached_registers_instead(alice_client, documents):
    """Claude Code and Codex name themselves by a URL where metadata lets them, or else register."""
    documents.clear()
    by_document = App(CLIENT_ID)
    assert alice_client.get(by_document.authorize_url()).status_code == 503

    app = registered(client_name="Claude Code", redirect_uris=["http://localhost:3118/callback"])

    tokens = app.tokens(alice_client, scope="mcp:read offline_access")
    assert tokens["scope"] == "mcp:read"
    assert app.refresh(tokens["refresh_token"]).status_code == 200


def test_a_document_that_is_wrong_is_said_to_be(alice_client, documents):
    documents[CLIENT_ID] = document(redirect_uris=["http://evil.example/"])

    answer = alice_client.get(App(CLIENT_ID).authorize_url())

    assert answer.status_code == 400
    assert "http is for localhost only" in answer.text


def test_no_document_is_fetched_where_they_are_off(alice_client, documents, settings):
    settings.OAUTH_CLIENT_DOCUMENTS = False

    answer = alice_client.get(App(CLIENT_ID).authorize_url())

    metadata = make_browser().get("/.well-known/oauth-authorization-server").json()
    assert answer.status_code == 400
    assert "Remove the connection in the app and add it again" in answer.text
    assert MadeUpDocuments.fetched == []
    assert metadata["client_id_metadata_document_supported"] is False


def test_who_was_known_before_they_were_turned_off_stays_known(alice_client, documents, settings):
    app = App(CLIENT_ID)
    app.tokens(alice_client)
    Application.objects.update(cimd_expires_at=timezone.now())
    settings.OAUTH_CLIENT_DOCUMENTS = False

    assert alice_client.get(app.authorize_url()).status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        # VS Code's
        {"grant_types": ["authorization_code", "refresh_token", "urn:x:device_code"]},
        {"grant_types": None, "response_types": None, "token_endpoint_auth_method": None},
        {"redirect_uris": ["http://evil.example", "http://127.0.0.1:33418/callback"]},
        {"redirect_uris": ["javascript:alert(1)", "http://127.0.0.1/callback"]},
        {"redirect_uris": ["http://127.0.0.1:33418/callback"] * 11},
        {"redirect_uris": "http://127.0.0.1:33418/callback"},
        {"token_endpoint_auth_method": "private_key_jwt", "jwks_uri": "https://x.example"},
        {"client_name": {"en": "x"}},
        {"client_name": "x" * 9_000},
        {"application_type": "native", "logo_uri": 1, "scope": "openid offline_access"},
    ],
)
def test_a_document_that_says_more_than_we_know_makes_a_client(alice_client, documents, changes):
    documents[CLIENT_ID] = document(**changes)

    assert App(CLIENT_ID).tokens(alice_client)


def test_a_redirect_that_the_document_does_not_name_is_refused(alice_client, documents):
    app = App(CLIENT_ID, redirect_uri="https://evil.example/callback")

    assert alice_client.get(app.authorize_url()).status_code == 400


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "https://other.example/client.json"},
        {"client_id": CLIENT_ID + "/"},
        {"client_id": None},
        {"redirect_uris": []},
        {"redirect_uris": None},
        {"redirect_uris": ["javascript:alert(1)"]},
        {"redirect_uris": ["http://evil.example"]},
        {"client_secret": "x"},
        {"token_endpoint_auth_method": "client_secret_post"},
    ],
)
def test_a_document_that_is_wrong_makes_no_client(alice_client, documents, changes):
    documents[CLIENT_ID] = document(**changes)

    assert alice_client.get(App(CLIENT_ID).authorize_url()).status_code == 400
    assert not Application.objects.exists()


def test_an_id_that_looks_like_another_is_refused(alice_client, documents):
    lookalike = "https://cl\u0456ent.example/mcp/client.json"
    documents[lookalike] = document(client_id=lookalike)

    assert alice_client.get(App(lookalike).authorize_url()).status_code == 400


def test_nothing_is_fetched_for_somebody_who_is_not_signed_in(documents):
    make_browser().get(App(CLIENT_ID).authorize_url())

    assert MadeUpDocuments.fetched == []


@pytest.mark.parametrize("path", ["redeem", "refresh", "revoke"])
def test_nothing_is_fetched_for_a_client_without_a_browser(documents, path):
    answer = getattr(App(CLIENT_ID), path)("x")

    assert answer.json()["error"] == "invalid_client"
    assert MadeUpDocuments.fetched == []


def test_a_document_that_could_not_be_had_is_not_fetched_again_at_once(alice_client, documents):
    documents.clear()

    for _ in range(3):
        alice_client.get(App(CLIENT_ID).authorize_url())

    assert MadeUpDocuments.fetched == [CLIENT_ID]
