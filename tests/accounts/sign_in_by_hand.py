"""Goes through the stand-in for sign-in with Hugging Face as a person with a browser would."""

import html
import re
import secrets
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import httpx
from django.http import HttpResponse
from django.test import Client

from tests.live.product import OAUTH_CLIENT

BEGIN = "/accounts/huggingface/login/"
CALLBACK = "/accounts/huggingface/login/callback/"
APP = (OAUTH_CLIENT["HF_OAUTH_CLIENT_ID"], OAUTH_CLIENT["HF_OAUTH_CLIENT_SECRET"])


def begin(visitor: Client, query: str = "", **form: str) -> str:
    """Press the button; return the address at Hugging Face that the answer goes on to."""
    return onward(visitor.post(BEGIN + query, form))


def onward(page: HttpResponse) -> str:
    """Return where a page of ours goes on to by itself."""
    assert page.status_code == 200
    target = re.search(r'http-equiv="refresh" content="0;url=([^"]+)"', page.text)
    assert target, page.text
    return html.unescape(target[1])


def parameters(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def come_back(visitor: Client, url: str, **changes: str) -> HttpResponse:
    query = parameters(url) | changes
    return visitor.get(f"{CALLBACK}?{urlencode(query)}")


def sign_in(visitor: Client, name: str, **form: str) -> HttpResponse:
    return come_back(visitor, authorize(begin(visitor, **form), name))


def authorize(url: str, name: str, *, decision: str = "authorize") -> str:
    """Return the address that the browser is sent back to."""
    form = {"username": name, "decision": decision}
    with httpx.Client(trust_env=False) as client:
        response = client.get(url)
        while CALLBACK not in response.headers.get("location", ""):
            if "location" in response.headers:
                response = client.get(urljoin(url, response.headers["location"]))
                continue
            response.raise_for_status()
            action = re.search(r'action="([^"]+)"', response.text)
            assert action, response.text
            response = client.post(urljoin(url, action[1]), data=form)
    return str(response.headers["location"])


def tokens_of(origin: str, name: str) -> dict[str, Any]:
    """Sign somebody in to an app of our own making; return what the token endpoint answers."""
    verifier = secrets.token_urlsafe(48)
    challenge = urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    redirect_uri = f"http://localhost:8000{CALLBACK}"
    query = {
        "client_id": APP[0],
        "response_type": "code",
        "redirect_uri": redirect_uri,
        "scope": "openid profile read-repos",
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    back = authorize(f"{origin}/oauth/authorize?{urlencode(query)}", name)
    form = {
        "grant_type": "authorization_code",
        "code": parse_qs(urlsplit(back).query)["code"][0],
        "redirect_uri": redirect_uri,
        "code_verifier": verifier,
    }
    answer = httpx.post(f"{origin}/oauth/token", data=form, auth=APP, trust_env=False)
    return dict(answer.raise_for_status().json())
