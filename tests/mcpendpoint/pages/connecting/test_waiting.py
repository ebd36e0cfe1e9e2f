"""A guide that waits says how far its person's client is, and nothing of anybody else's."""

import re
from html import unescape

import pytest
from django.test import Client

from accounts.access_keys import create_access_key, revoke_access_key
from accounts.authorization.scopes import Scope
from accounts.models import User
from mcpendpoint.access.arrivals import arrivals
from mcpendpoint.protocol import records
from tests.accounts.authorization.flow import App, register, registered

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
INITIALIZE = {
    "protocolVersion": "2025-11-25",
    "capabilities": {},
    "clientInfo": {"name": "claude-code", "version": "2.1"},
}


class Guide:
    """The page of a client, and what it asks by itself."""

    def __init__(self, browser: Client) -> None:
        self.browser = browser
        self.page = browser.get("/connect/claude-code/").text
        self.next = self._next_in(self.page)

    def says(self) -> str:
        answer = self.browser.get(self.next, headers=HTMX)
        if answer.status_code == 204:
            return ""
        self.next = self._next_in(answer.text) or self.next
        return unescape(re.sub(r"<[^>]+>", " ", answer.text))

    def _next_in(self, text: str) -> str:
        found = re.search(r'hx-get="([^"]+)"', text)
        return unescape(found[1]) if found else ""


class Assistant:
    """A client at an address, perhaps with a key."""

    def __init__(self, user: User | None = None, key: str = "", path: str = "") -> None:
        self.path = path or f"/u/{user.username}/mcp"
        headers = {"host": "localhost:8000", "accept": "application/json, text/event-stream"}
        headers |= {"authorization": f"Bearer {key}"} if key else {}
        self.http = Client(headers=headers)

    def ask(self, method: str, params: dict[str, object] | None = None):
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params or {}}
        return self.http.post(self.path, body, content_type="application/json")

    def connect(self):
        return self.ask("initialize", INITIALIZE)


@pytest.fixture(autouse=True)
def _nobody_waits_from_before(_no_recording):
    for name in ("_waits", "_by_name", "_told_at"):
        getattr(arrivals, name).clear()
    arrivals._seen.clear()
    records.listen(arrivals.note)


@pytest.fixture
def key(alice) -> str:
    return create_access_key(alice, "laptop", list(Scope))[1]


@pytest.fixture
def guide(alice_client) -> Guide:
    return Guide(alice_client)


def test_a_client_that_connects_lists_and_calls_is_told_step_by_step(alice, guide, key):
    assistant = Assistant(alice, key)

    assert "Waiting for your client" in guide.page
    assistant.connect()
    assert "claude-code 2.1 is connected." in guide.says()
    tools = assistant.ask("tools/list").json()["result"]["tools"]
    assert f"It was given {len(tools)} tools." in guide.says()
    call = assistant.ask("tools/call", {"name": "hf_whoami", "arguments": {}})
    assert "result" in call.json()
    assert "A call of hf_whoami" in guide.says()


def test_what_is_said_already_is_not_sent_again(guide):
    assert guide.browser.get(guide.next, headers=HTMX).status_code == 204


def test_a_client_that_shows_nothing_is_seen_by_the_owner_of_the_address(
    alice, guide, stranger, client_of
):
    other = Guide(client_of(stranger))

    assert Assistant(alice).connect().status_code == 401

    assert "was told to sign in" in guide.says()
    assert other.says() == ""


def test_a_wrong_key_is_seen_and_not_shown(alice, guide):
    Assistant(alice, "hfmcp_wrong").connect()

    said = guide.says()
    assert "a key or token that is not good here" in said
    assert "hfmcp_wrong" not in said


def test_a_revoked_key_is_a_wrong_one(alice, guide, key):
    revoke_access_key(alice, alice.access_keys.get().pk)
    Assistant(alice, key).connect()

    assert "not good here" in guide.says()


def test_a_key_at_the_address_of_another_is_told_to_its_owner_alone(
    alice, guide, key, stranger, client_of
):
    other = Guide(client_of(stranger))
    assert Assistant(stranger, key).connect().status_code == 403

    assert "/u/stranger/mcp, the address of somebody else" in guide.says()
    assert other.says() == ""


def test_a_stranger_covers_nothing_that_came_with_ones_own_key(alice, guide, key, stranger):
    Assistant(stranger, key).connect()
    for sent in ("hfmcp_wrong", ""):
        Assistant(alice, sent).connect()
    Assistant(path="/u/alice-of-accounts/mpc").connect()

    assert "/u/stranger/mcp, the address of somebody else" in guide.says()


@pytest.mark.parametrize("path", ["/u/alice-of-accounts", "/u/Alice-of-accounts/mpc"])
def test_an_address_that_is_nearly_right_is_told(guide, path):
    assert Assistant(path=path).connect().status_code == 404

    assert f"asked for {path}" in guide.says()


def test_what_a_person_does_in_their_browser_is_told(alice_client, guide):
    app = registered()

    alice_client.get(app.authorize_url())
    assert "Probe asks for your agreement" in guide.says()
    app.code(alice_client)
    assert "You agreed." in guide.says()


@pytest.mark.parametrize(
    ("app", "changes", "says"),
    [
        (App("forgotten"), {}, "an id that this server does not know"),
        (None, {"redirect_uri": "http://127.0.0.1:1/other"}, "an address that it did not register"),
        (None, {"code_challenge_method": "plain"}, "code_challenge_method"),
    ],
)
def test_a_request_that_is_refused_is_told_with_the_reason(alice_client, guide, app, changes, says):
    alice_client.get((app or registered()).authorize_url(**changes))

    assert says in guide.says()


def test_a_refusal_of_the_person_is_told(alice_client, guide):
    app = registered()
    alice_client.post(app.authorize_url(), {"decision": "deny"})

    assert "You did not let Probe in." in guide.says()


def test_a_refused_registration_is_told_to_who_was_just_called_from_there(alice, guide):
    register(redirect_uris=["ftp://nowhere"])
    assert guide.says() == ""

    Assistant(alice).connect()
    guide.says()
    register(redirect_uris=["ftp://nowhere"], client_name="Secret name")

    said = guide.says()
    assert "could not register" in said
    assert "Secret name" not in said


def test_a_refused_registration_that_may_be_anothers_is_told_to_nobody(
    alice, guide, stranger, client_of
):
    other = Guide(client_of(stranger))
    for user in (alice, stranger):
        Assistant(user).connect()
    guide.says(), other.says()

    register(redirect_uris=["ftp://nowhere"])

    assert guide.says() == other.says() == ""


def test_a_scope_that_a_key_lacks_is_told(alice, guide):
    key = create_access_key(alice, "narrow", [Scope.SPACES])[1]
    assistant = Assistant(alice, key)
    assistant.connect()
    assistant.ask("tools/call", {"name": "hub_repo_search", "arguments": {"query": "x"}})

    assert "may not do what it just tried" in guide.says()


def test_what_came_before_the_page_was_opened_is_not_told(alice, alice_client, guide, key):
    Assistant(alice, key).connect()

    assert "is connected" not in Guide(alice_client).page


def test_a_page_stops_to_ask_after_some_minutes_and_offers_a_button(alice_client, monkeypatch):
    monkeypatch.setattr("mcpendpoint.pages.connecting.shown.PAGE_WAITS_SECONDS", -1.0)
    page = alice_client.get("/connect/claude-code/").text

    assert "hx-get" not in page
    assert "Wait again" in page


def test_without_javascript_a_link_checks_again_since_the_same_moment(alice, alice_client, key):
    page = alice_client.get("/connect/claude-code/").text
    (again,) = re.findall(r'href="([^"]+)">Check again', page)
    Assistant(alice, key).connect()

    assert "is connected." in alice_client.get(unescape(again), follow=True).text


def test_a_reload_after_making_a_key_still_shows_the_client_that_came_with_it(alice, alice_client):
    form = {"name": "laptop", "scopes": [Scope.READ], "days": "30"}
    page = alice_client.post("/connect/claude-code/key/?with=key", form).text
    (key,) = set(re.findall(r"Bearer (hfmcp_[\w-]+)", page))
    Assistant(alice, key).connect()

    again = alice_client.post("/connect/claude-code/key/?with=key", form).text

    assert "claude-code 2.1 is connected." in again
    assert key not in again


def test_nothing_is_kept_of_whom_nobody_waits_for(alice, key):
    Assistant(alice, key).connect()
    Assistant(alice).connect()

    assert len(arrivals._seen) == 0


def test_nobody_sees_the_state_without_signing_in(visitor):
    answer = visitor.get("/connect/claude-code/waiting/")

    assert answer.headers["location"].startswith("/sign-in/")
