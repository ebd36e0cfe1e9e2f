"""A client of our authorization server, and the person in front of it."""

import re
import secrets
from base64 import b64encode, urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from html import unescape
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from accounts.authorization.models import RefreshToken

ISSUER = "http://localhost:8000"
SHARED = f"{ISSUER}/mcp"
LOOPBACK = "http://127.0.0.1:33418/callback"
VERIFIER = "v" * 43

REGISTRATION = {
    "client_name": "Probe",
    "redirect_uris": [LOOPBACK],
    "token_endpoint_auth_method": "none",
    "grant_types": ["authorization_code", "refresh_token"],
    "response_types": ["code"],
}


def make_browser(**defaults: str) -> Client:
    return Client(headers={"host": "localhost:8000"}, **defaults)


def challenge_of(verifier: str) -> str:
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def register(**changes: Any) -> HttpResponse:
    body = {name: value for name, value in (REGISTRATION | changes).items() if value is not None}
    return make_browser().post("/oauth/register", body, content_type="application/json")


@dataclass
class App:
    """A client that has registered."""

    client_id: str
    client_secret: str | None = None
    redirect_uri: str = LOOPBACK
    verifier: str = VERIFIER
    http: Client = field(default_factory=make_browser)

    def authorize_url(self, **changes: Any) -> str:
        """Return where to send the person; None leaves a parameter out, a list repeats it."""
        query = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": "mcp:read",
            "state": "a-state",
            "code_challenge": challenge_of(self.verifier),
            "code_challenge_method": "S256",
            "resource": SHARED,
        } | changes
        given = {name: value for name, value in query.items() if value is not None}
        return "/oauth/authorize?" + urlencode(given, doseq=True)

    def code(self, browser: Client, **changes: Any) -> str:
        return answer_of(agree(browser, self.authorize_url(**changes)))["code"]

    def token(self, **form: Any) -> HttpResponse:
        """Post to the token endpoint, as a public client or with the secret in the body."""
        sent = {"client_id": self.client_id, "client_secret": self.client_secret} | form
        return self._post("/oauth/token", sent)

    def redeem(self, code: str, /, **changes: Any) -> HttpResponse:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": self.verifier,
        }
        return self.token(**(form | changes))

    def refresh(self, refresh_token: str, /, **changes: Any) -> HttpResponse:
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        return self.token(**(form | changes))

    def revoke(self, token: str, /, **changes: Any) -> HttpResponse:
        sent = {"client_id": self.client_id, "client_secret": self.client_secret, "token": token}
        return self._post("/oauth/revoke", sent | changes)

    def tokens(self, browser: Client, **changes: Any) -> dict[str, Any]:
        """Go all the way."""
        answer = self.redeem(self.code(browser, **changes))
        assert answer.status_code == 200, answer.text
        return answer.json()

    def _post(self, path: str, form: dict[str, Any]) -> HttpResponse:
        given = {name: value for name, value in form.items() if value is not None}
        return self.http.post(
            path, urlencode(given, doseq=True), content_type="application/x-www-form-urlencoded"
        )


def basic(client_id: str, secret: str) -> str:
    pair = f"{quote(client_id, safe='')}:{quote(secret, safe='')}"
    return "Basic " + b64encode(pair.encode()).decode()


def registered(**changes: Any) -> App:
    answer = register(**changes)
    assert answer.status_code == 201, answer.text
    about = answer.json()
    return App(about["client_id"], about.get("client_secret"), about["redirect_uris"][0])


def agree(browser: Client, url: str, scopes: list[str] | None = None) -> HttpResponse:
    """Look at the consent page and let the client in, with what is ticked or with `scopes`."""
    page = browser.get(url)
    assert page.status_code == 200, (page.status_code, page.headers.get("location"), page.text)
    ticked = re.findall(r'name="scopes" value="([^"]+)" checked', page.text)
    return decide(browser, url, "allow", ticked if scopes is None else scopes)


def decide(
    browser: Client, url: str, decision: str, scopes: list[str], **more: Any
) -> HttpResponse:
    return browser.post(url, {"decision": decision, "scopes": scopes, **more})


def address_of(response: HttpResponse) -> str:
    """Return where the person is sent: by a redirect, or by the page that goes on by itself."""
    if "location" in response.headers:
        return response.headers["location"]
    found = re.search(r'http-equiv="refresh" content="0;url=([^"]+)"', response.text)
    assert found, response.text
    return unescape(found[1])


def answer_of(response: HttpResponse) -> dict[str, str]:
    """Return the parameters that the client gets."""
    query = parse_qs(urlsplit(address_of(response)).query, keep_blank_values=True)
    assert all(len(values) == 1 for values in query.values()), query
    return {name: values[0] for name, values in query.items()}


def let_grace_pass() -> None:
    """Make it long ago that refresh tokens were replaced."""
    then = timezone.now() - timedelta(seconds=settings.OAUTH_REFRESH_GRACE_SECONDS + 1)
    RefreshToken.objects.filter(revoked__gt=then).update(revoked=then)


def new_verifier() -> str:
    return secrets.token_urlsafe(48)
