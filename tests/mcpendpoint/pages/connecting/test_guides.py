"""The pages that lead to a connected client, for who is signed in and for who is not."""

import re

import pytest

from accounts.access_keys import find_access_key
from accounts.authorization.models import Application
from accounts.authorization.own_clients import MAX_CLIENTS, make_client
from accounts.clients.directory import CLIENTS
from tests.accounts.authorization.flow import App

pytestmark = pytest.mark.django_db

OWN = "http://localhost:8000/u/alice-of-accounts/mcp"
SHARED = "http://localhost:8000/mcp"
REDIRECT = "https://chat.example/api/mcp/huggingface/oauth/callback"
WAYS = ("?with=sign-in", "?with=key")
KEY_FORM = {"name": "Cursor", "scopes": ["mcp:read"], "days": "30"}
CLIENT_FORM = {"name": "Our chat", "redirect_uris": REDIRECT}


def test_all_clients_can_be_chosen_with_and_without_an_account(visitor, alice_client):
    for browser in (visitor, alice_client):
        page = browser.get("/connect/").text
        assert [client.slug for client in CLIENTS if f"/connect/{client.slug}/" not in page] == []


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.slug)
def test_each_guide_opens_for_everybody(client, visitor, alice_client):
    for browser in (visitor, alice_client):
        for query in ("", "?with=key", "?with=magic&since=soon"):
            answer = browser.get(f"/connect/{client.slug}/{query}")
            assert answer.status_code == 200
            assert f"<h1>{client.heading}</h1>" in answer.text


def test_a_client_without_a_name_is_spoken_of_as_ones_own(alice_client):
    made = alice_client.post("/connect/other/client/", CLIENT_FORM).text
    for page in (made, *(alice_client.get(f"/connect/other/{way}").text for way in WAYS)):
        assert "<title>Connect another client" in page
        assert "Any other client" not in page


def test_there_is_no_guide_to_a_client_that_nobody_knows(visitor, alice_client):
    assert visitor.get("/connect/abacus/").status_code == 404
    assert alice_client.get("/connect/abacus/waiting/").status_code == 404
    assert alice_client.post("/connect/abacus/key/", KEY_FORM).status_code == 404


def test_who_is_signed_in_gets_their_own_address_and_others_the_shared_one(visitor, alice_client):
    assert OWN in alice_client.get("/connect/codex/").text
    page = visitor.get("/connect/codex/").text

    assert SHARED in page
    assert "/sign-in/?next=/connect/codex/" in page
    assert "codex mcp login" not in page
    assert 'id="arrival"' not in page


def test_a_key_is_made_at_the_guide_and_stands_in_its_steps(alice, alice_client):
    before = alice_client.get("/connect/cursor/?with=key").text
    page = alice_client.post("/connect/cursor/key/", KEY_FORM).text

    assert "YOUR_ACCESS_KEY" in before
    assert "cursor://" not in before
    (key,) = set(re.findall(r"Bearer (hfmcp_[\w-]+)", page))
    assert find_access_key(key).user_id == alice.pk
    assert "cursor://" in page
    assert key not in alice_client.get("/connect/cursor/?with=key").text


def test_a_text_that_lacks_the_key_has_no_button_that_copies_it(alice_client):
    page = alice_client.get("/connect/codex/?with=key").text
    made = alice_client.post("/connect/codex/key/", KEY_FORM).text

    assert 'data-copy="mcp-url"' in page
    assert 'data-copy="step-' not in page
    assert "It cannot be copied yet" in page
    assert 'data-copy="step-1-1"' in made
    assert "cannot be copied" not in made


def test_making_the_key_is_the_first_step_and_open(alice_client):
    page = alice_client.get("/connect/codex/?with=key").text
    (first,) = re.findall(r'<ol class="guide">\s*<li[^>]*>(.*?)</li>', page, re.DOTALL)

    assert 'action="/connect/codex/key/?with=key"' in first
    assert "<details" not in first


def test_a_key_that_is_asked_for_once_more_is_not_shown_and_leaves_ways_on(alice, alice_client):
    alice_client.post("/connect/cursor/key/", KEY_FORM)
    again = alice_client.post("/connect/cursor/key/", KEY_FORM)

    assert again.status_code == 422
    assert "You have made “Cursor” already" in again.text
    assert f'action="/settings/keys/{alice.access_keys.get().pk}/revoke/"' in again.text
    (name,) = re.findall(r'id="key-name"[^>]* value="([^"]+)"', again.text)
    assert name == "Cursor 2"
    assert alice_client.post("/connect/cursor/key/", {**KEY_FORM, "name": name}).status_code == 200
    assert 'value="Cursor 3"' in alice_client.get("/connect/cursor/?with=key").text


def test_a_longest_name_still_leaves_one_that_is_free(alice_client):
    form = {**KEY_FORM, "name": "n" * 80}
    alice_client.post("/connect/cursor/key/", form)

    (name,) = re.findall(r'value="(n+ 2)"', alice_client.post("/connect/cursor/key/", form).text)
    assert alice_client.post("/connect/cursor/key/", {**form, "name": name}).status_code == 200


def test_a_client_that_takes_no_key_has_none_made(alice, alice_client):
    assert alice_client.post("/connect/claude-ai/key/", KEY_FORM).status_code == 404
    assert not alice.access_keys.exists()


def test_nobody_makes_anything_without_signing_in(visitor):
    for what, form in (("key", KEY_FORM), ("client", CLIENT_FORM)):
        answer = visitor.post(f"/connect/librechat/{what}/", form)
        assert answer.headers["location"].startswith("/sign-in/")
    assert not Application.objects.exists()


def made_client(browser) -> App:
    page = browser.post("/connect/librechat/client/", CLIENT_FORM).text
    (client_id,) = re.findall(r'id="own-client-id">([^<]+)<', page)
    (secret,) = re.findall(r'id="own-client-secret">([^<]+)<', page)
    return App(client_id, secret, redirect_uri=REDIRECT)


def test_a_client_made_by_hand_gets_tokens_with_its_secret_alone(alice_client):
    app = made_client(alice_client)
    code = app.code(alice_client)

    assert App(app.client_id, "wrong", REDIRECT).redeem(code).status_code == 401
    assert app.redeem(app.code(alice_client)).json()["access_token"].startswith("hfmcp_at_")
    settings = alice_client.get("/settings/apps/").text
    assert app.client_id in settings
    assert app.client_secret not in settings


@pytest.mark.parametrize(
    "uri", ["http://chat.example/cb", "javascript:alert(1)", "https://a b", ""]
)
def test_a_redirect_uri_is_checked_as_at_registration(uri, alice_client):
    answer = alice_client.post("/connect/n8n/client/", {**CLIENT_FORM, "redirect_uris": uri})

    assert answer.status_code == 422
    assert 'id="own-uris-error"' in answer.text
    assert not Application.objects.exists()


def test_the_redirect_uris_that_a_client_always_has_are_filled_in(alice_client):
    page = alice_client.get("/connect/claude-ai/").text

    assert "https://claude.ai/api/mcp/auth_callback" in page
    assert 'id="own-uris"' not in alice_client.get("/connect/cursor/").text


def test_a_person_makes_so_many_clients_and_no_more(alice, alice_client):
    for number in range(MAX_CLIENTS):
        make_client(alice, f"Client {number}", [REDIRECT])

    answer = alice_client.post("/connect/n8n/client/", CLIENT_FORM)

    assert answer.status_code == 422
    assert "Remove one first" in answer.text
    assert Application.objects.count() == MAX_CLIENTS


def test_a_client_made_by_hand_is_removed_by_its_maker_alone(
    alice_client, stranger, client_of, django_capture_on_commit_callbacks
):
    app = made_client(alice_client)
    tokens = app.tokens(alice_client)
    row = Application.objects.get(client_id=app.client_id)
    path = f"/settings/apps/clients/{row.pk}/remove/"

    assert client_of(stranger).post(path).status_code == 404
    assert app.client_id not in client_of(stranger).get("/settings/apps/").text
    assert alice_client.post(path).status_code == 302
    assert app.refresh(tokens["refresh_token"]).status_code == 401
    assert alice_client.post(path).status_code == 404


def test_the_page_is_on_a_phone_by_a_qr_code_unless_it_is_of_this_computer(settings, visitor):
    assert "<svg" not in visitor.get("/connect/cursor/").text
    settings.PUBLIC_URL, settings.IS_PUBLIC_URL_SET = "http://mcp.example", True

    page = visitor.get("/connect/cursor/")

    assert "http://mcp.example/connect/cursor/" in page.text
    assert '<svg viewBox="0 0' in page.text
    assert "style=" not in page.text


def test_a_client_on_the_web_cannot_reach_this_computer(settings, alice_client):
    here = alice_client.get("/connect/chatgpt/").text
    before, after = here.split("When it is on the internet")

    assert "only reach servers on the internet" in before
    assert "PUBLIC_URL" in before
    assert "Developer mode" not in before
    assert "Developer mode" in after
    assert 'id="arrival"' not in here
    settings.PUBLIC_URL, settings.IS_PUBLIC_URL_SET = "http://mcp.example", True

    page = alice_client.get("/connect/chatgpt/").text

    assert "on the internet" not in page
    assert 'id="arrival"' in page
