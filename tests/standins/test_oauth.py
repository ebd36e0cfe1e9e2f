"""Sign-in with Hugging Face as an OAuth app sees it, at the origin of the stand-in Hub."""

import re
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import httpx
import pytest

from tests.live.people import Person
from tests.live.product import OAUTH_CLIENT
from tests.standins.serve import Running

APP = (OAUTH_CLIENT["HF_OAUTH_CLIENT_ID"], OAUTH_CLIENT["HF_OAUTH_CLIENT_SECRET"])
REDIRECT_URI = "http://127.0.0.1:54321/accounts/huggingface/login/callback/"
SCOPES = "openid profile read-repos inference-api"


def challenge_of(verifier: str) -> str:
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


@dataclass
class Browser:
    """A person with a browser that has no JavaScript."""

    origin: str
    name: str
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    pages: list[str] = field(default_factory=list)
    client: httpx.Client = field(default_factory=lambda: httpx.Client(trust_env=False))

    def authorize(self, *, decision: str = "authorize", **changes: Any) -> dict[str, str]:
        """Go through all pages; return what the app gets in its redirect."""
        parameters = {
            "client_id": APP[0],
            "response_type": "code",
            "redirect_uri": REDIRECT_URI,
            "scope": SCOPES,
            "state": "opaque",
            "code_challenge": challenge_of(self.verifier),
            "code_challenge_method": "S256",
        } | changes
        query = urlencode({name: value for name, value in parameters.items() if value})
        url = f"{self.origin}/oauth/authorize?{query}"
        form = {"username": self.name, "decision": decision}
        response = self.client.get(url)
        while not response.headers.get("location", "").startswith(REDIRECT_URI):
            if "location" in response.headers:
                response = self.client.get(urljoin(url, response.headers["location"]))
                continue
            response.raise_for_status()
            self.pages.append(response.text)
            action = re.search(r'action="([^"]+)"', response.text)
            assert action, response.text
            response = self.client.post(urljoin(url, action[1]), data=form)
        answer = parse_qs(urlsplit(response.headers["location"]).query)
        return {name: values[0] for name, values in answer.items()}

    def redeem(self, code: str) -> dict[str, Any]:
        return ask_for_token(
            self.origin,
            grant_type="authorization_code",
            code=code,
            redirect_uri=REDIRECT_URI,
            code_verifier=self.verifier,
        ).json()


def ask_for_token(origin: str, **form: str) -> httpx.Response:
    return httpx.post(f"{origin}/oauth/token", data=form, auth=APP, trust_env=False)


def get(url: str, token: str) -> Any:
    response = httpx.get(url, headers={"Authorization": f"Bearer {token}"}, trust_env=False)
    return response.raise_for_status().json()


@pytest.fixture
def origin(hub: Running, oauth: Running) -> str:
    return hub.url


@pytest.fixture
def person(new_user: Callable[[], Person]) -> Person:
    return new_user()


@pytest.fixture
def browser(origin: str, person: Person) -> Browser:
    return Browser(origin, person.name)


@pytest.fixture
def set_lifetime(origin: str) -> Iterator[Callable[..., None]]:
    url = f"{origin}/oauth/_settings"
    before = httpx.get(url).json()
    yield lambda **changes: httpx.post(url, json=changes).raise_for_status()
    httpx.post(url, json=before)


def test_a_person_signs_in_and_the_app_learns_who(browser: Browser, origin: str, person: Person):
    answer = browser.authorize()
    tokens = browser.redeem(answer["code"])

    info = get(f"{origin}/oauth/userinfo", tokens["access_token"])

    assert (answer["iss"], answer["state"]) == (origin, "opaque")
    assert tokens["access_token"].startswith(f"hf_oauth_{person.name}_")
    assert tokens["expires_in"] == 28_800
    assert tokens["scope"] == SCOPES
    assert {"id_token", "refresh_token"} <= tokens.keys()
    assert (info["sub"], info["preferred_username"]) == (person.hf_id, person.name)


def test_the_hub_takes_the_access_token(browser: Browser, origin: str, person: Person):
    tokens = browser.redeem(browser.authorize()["code"])

    whoami = get(f"{origin}/api/whoami-v2", tokens["access_token"])

    assert (whoami["id"], whoami["name"]) == (person.hf_id, person.name)


def test_the_hub_knows_what_the_access_token_may_change(browser: Browser, origin: str):
    statuses = []
    for scope in ("openid profile", "openid profile manage-repos"):
        tokens = browser.redeem(browser.authorize(scope=scope)["code"])
        headers = {"Authorization": f"Bearer {tokens['access_token']}"}
        body = {"name": "mine"}
        answer = httpx.post(f"{origin}/api/repos/create", headers=headers, json=body)
        statuses.append(answer.status_code)

    assert statuses == [403, 200]


def test_consent_page_names_who_and_what(browser: Browser, person: Person):
    browser.authorize(scope="openid manage-repos")

    login, consent = browser.pages

    assert all(f'value="{name}"' in login for name in ("alice", "bob", "admin"))
    assert person.name in consent
    assert "manage-repos" in consent
    assert "127.0.0.1:54321" in consent


def test_one_browser_serves_one_person_after_the_other(browser: Browser, origin: str):
    browser.redeem(browser.authorize()["code"])
    other = Browser(origin, f"{browser.name}-2", client=browser.client)

    tokens = other.redeem(other.authorize()["code"])

    info = get(f"{origin}/oauth/userinfo", tokens["access_token"])
    assert info["preferred_username"] == other.name


def test_a_person_may_refuse(browser: Browser, origin: str):
    answer = browser.authorize(decision="deny")

    assert (answer["error"], answer["iss"]) == ("access_denied", origin)


def test_pkce_is_required(browser: Browser):
    answer = browser.authorize(code_challenge=None, code_challenge_method=None)

    assert answer["error"] == "invalid_request"


def test_a_wrong_verifier_gets_no_token(browser: Browser):
    code = browser.authorize()["code"]
    browser.verifier = secrets.token_urlsafe(48)

    assert browser.redeem(code)["error"] == "invalid_grant"


@pytest.mark.parametrize(
    "redirect_uri",
    [
        "https://evil.example/accounts/huggingface/login/callback/",
        "http://127.0.0.1:54321/elsewhere/",
    ],
)
def test_only_the_registered_redirect_is_taken(browser: Browser, redirect_uri: str):
    with pytest.raises(httpx.HTTPStatusError, match="400"):
        browser.authorize(redirect_uri=redirect_uri)


def test_refresh_tokens_rotate_and_reuse_ends_the_grant(browser: Browser, origin: str):
    first = browser.redeem(browser.authorize()["code"])

    second = refresh(origin, first["refresh_token"])
    reused = refresh(origin, first["refresh_token"])
    after = refresh(origin, second["refresh_token"])

    assert second["refresh_token"] != first["refresh_token"]
    assert second["access_token"] != first["access_token"]
    assert reused["error"] == after["error"] == "invalid_grant"


def refresh(origin: str, token: str) -> dict[str, Any]:
    return ask_for_token(origin, grant_type="refresh_token", refresh_token=token).json()


def test_an_app_may_only_ask_for_what_was_ticked_for_it(browser: Browser):
    asks = {"client_id": f"{APP[0]}-public", "scope": "openid read-repos"}

    ticked = browser.authorize(**asks)
    more = browser.authorize(**asks | {"scope": "openid read-repos manage-repos"})

    assert "code" in ticked
    assert more["error"] == "invalid_scope"


def test_tokens_are_for_the_scopes_that_were_asked_for(browser: Browser):
    tokens = browser.redeem(browser.authorize(scope="openid profile jobs")["code"])

    assert tokens["scope"] == "openid profile jobs"


def test_a_person_can_remove_the_app(browser: Browser, origin: str, person: Person):
    other = Browser(origin, f"{person.name}-2")
    removed, kept = (b.redeem(b.authorize()["code"]) for b in (browser, other))

    httpx.post(f"{origin}/oauth/_revoke", json={"name": person.name}).raise_for_status()

    with pytest.raises(httpx.HTTPStatusError, match="401"):
        get(f"{origin}/api/whoami-v2", removed["access_token"])
    assert refresh(origin, removed["refresh_token"])["error"] == "invalid_grant"
    assert get(f"{origin}/api/whoami-v2", kept["access_token"])["name"] == other.name
    assert "access_token" in refresh(origin, kept["refresh_token"])


def test_lifetimes_can_be_set(browser: Browser, set_lifetime: Callable[..., None]):
    set_lifetime(access_token_seconds=60, refresh_tokens=False)

    tokens = browser.redeem(browser.authorize()["code"])

    assert tokens["expires_in"] == 60
    assert "refresh_token" not in tokens


def test_token_requests_are_logged(browser: Browser, origin: str):
    browser.redeem(browser.authorize()["code"])

    log = httpx.get(f"{origin}/oauth/_log").json()

    assert log[-1] == {"grant_type": "authorization_code", "error": None}


@pytest.mark.parametrize("name", ["openid-configuration", "oauth-authorization-server"])
def test_discovery_names_the_hubs_own_addresses(origin: str, name: str):
    metadata = httpx.get(f"{origin}/.well-known/{name}").json()

    assert metadata["issuer"] == origin
    assert metadata["authorization_endpoint"] == f"{origin}/oauth/authorize"
    assert metadata["code_challenge_methods_supported"] == ["S256"]
    assert "revocation_endpoint" not in metadata
