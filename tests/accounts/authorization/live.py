"""The same as `flow`, against a live product."""

import re
from dataclasses import dataclass, field, replace
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx

from tests import loopback
from tests.accounts.authorization.flow import LOOPBACK, REGISTRATION, VERIFIER, challenge_of


def make_http() -> httpx.Client:
    return loopback.client()


@dataclass
class LiveApp:
    base: str
    client_id: str
    http: httpx.Client = field(default_factory=make_http, repr=False)

    def authorize_url(self, **changes: Any) -> str:
        query = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": LOOPBACK,
            "scope": "mcp:read",
            "state": "a-state",
            "code_challenge": challenge_of(VERIFIER),
            "code_challenge_method": "S256",
            "resource": f"{self.base}/mcp",
        } | changes
        return f"{self.base}/oauth/authorize?{urlencode(query, doseq=True)}"

    def code(self, person: httpx.Client, **changes: Any) -> str:
        """Let a person who signed in agree, to all that is asked for."""
        url = self.authorize_url(**changes)
        page = person.get(url)
        assert page.status_code == 200, page.text
        form = {
            "csrfmiddlewaretoken": re.search(
                r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text
            )[1],
            "scopes": re.findall(r'name="scopes" value="([^"]+)"', page.text),
            "decision": "allow",
        }
        left = person.post(url, data=form, headers={"Referer": url})
        address = unescape(re.search(r'content="0;url=([^"]+)"', left.text)[1])
        return parse_qs(urlsplit(address).query)["code"][0]

    def redeem(self, code: str) -> httpx.Response:
        form = {"code": code, "redirect_uri": LOOPBACK, "code_verifier": VERIFIER}
        return self._token("authorization_code", form)

    def refresh(self, token: str) -> httpx.Response:
        return self._token("refresh_token", {"refresh_token": token})

    def revoke(self, token: str) -> httpx.Response:
        return self._post("/oauth/revoke", {"token": token})

    def tokens(self, person: httpx.Client, **changes: Any) -> dict[str, Any]:
        answer = self.redeem(self.code(person, **changes))
        assert answer.status_code == 200, answer.text
        return answer.json()

    def at(self, base: str) -> "LiveApp":
        """The same client at another worker."""
        return replace(self, base=base)

    def _token(self, grant_type: str, form: dict[str, str]) -> httpx.Response:
        return self._post("/oauth/token", {"grant_type": grant_type, **form})

    def _post(self, path: str, form: dict[str, str]) -> httpx.Response:
        return self.http.post(self.base + path, data={"client_id": self.client_id, **form})


def register(base: str, http: httpx.Client | None = None, **changes: Any) -> LiveApp:
    http = http or make_http()
    answer = http.post(f"{base}/oauth/register", json=REGISTRATION | changes)
    assert answer.status_code == 201, answer.text
    return LiveApp(base, answer.json()["client_id"], http)
