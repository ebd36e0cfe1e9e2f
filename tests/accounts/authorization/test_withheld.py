"""An app gets no more than the person who lets it in may do on Hugging Face."""

import pytest

from accounts.authorization.scopes import Scope
from accounts.authorization.tokens import find_token
from accounts.models import HubCredential
from tests.accounts.authorization.flow import agree, answer_of, registered
from tests.accounts.conftest import make_user

pytestmark = pytest.mark.django_db

ALL = "mcp:read mcp:spaces mcp:write"


@pytest.fixture
def reader_client(client_of):
    return client_of(make_user("reader", scope="read"))


def test_what_cannot_be_had_is_not_offered_and_the_page_says_why(reader_client):
    page = reader_client.get(registered().authorize_url(scope=ALL)).text

    assert 'value="mcp:write"' not in page
    assert 'value="mcp:spaces"' in page
    assert "cannot get: <em>Make changes on Hugging Face</em>" in page


def test_what_cannot_be_had_cannot_be_agreed_to(reader_client):
    answer = agree(reader_client, registered().authorize_url(scope=ALL), ["mcp:read", "mcp:write"])

    assert answer.status_code == 422


def test_an_app_that_asks_only_for_what_cannot_be_had_gets_nothing(reader_client):
    url = registered().authorize_url(scope="mcp:write")

    assert reader_client.get(url).status_code == 200
    assert reader_client.post(url, {"decision": "allow"}).status_code == 422
    assert answer_of(reader_client.post(url, {"decision": "deny"}))["error"] == "access_denied"


def test_a_token_acts_no_wider_than_the_credential_that_is_there_now(alice, alice_client):
    tokens = registered().tokens(alice_client, scope=ALL)

    HubCredential.objects.filter(user=alice).update(scope="read")

    assert find_token(tokens["access_token"]).scopes == {Scope.READ, Scope.SPACES}
