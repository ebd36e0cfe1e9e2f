"""Hugging Face: reachable, by what clock, and whether it knows the OAuth app."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from accounts.hub_sign_in import ask_token_endpoint, says_invalid_grant
from accounts.outgoing.asking import Answer, Request, ask_sync
from accounts.outgoing.errors import OutgoingError, UnreadableJson
from accounts.outgoing.pools import HUB
from accounts.outgoing.untrusted_json import parse_json
from hfmcp_site.doctor.database import read_http_date
from hfmcp_site.doctor.findings import Found, failure, ok, reason, warning

MAX_BYTES = 200_000
TOLERATED_SKEW_SECONDS = 30
"""Of our own checks of ID tokens: accounts.huggingface.id_token."""


def check_hub() -> Iterator[Found]:
    try:
        answer = _get("/.well-known/openid-configuration")
    except OutgoingError as error:
        yield failure(
            f"Hugging Face cannot be asked: {reason(error)}.",
            "Check HF_ENDPOINT, DNS, and that this host may connect to it by https.",
        )
        return
    yield ok("Hugging Face answers.")
    yield from check_clock(answer.headers.get("date", ""))
    yield from _check_issuer(answer)


def check_clock(date: str) -> Iterator[Found]:
    """Compare with what the `Date` of an answer says."""
    theirs = read_http_date(date)
    if theirs is None:
        return
    skew = abs((theirs - timezone.now()).total_seconds())
    if skew > TOLERATED_SKEW_SECONDS:
        yield failure(
            f"This host's clock differs from Hugging Face's by {skew:.0f} s: sign-in fails.",
            "Let this host take its time by NTP.",
        )
    else:
        yield ok("This host's clock agrees with Hugging Face's.")


def _check_issuer(answer: Answer) -> Iterator[Found]:
    try:
        document: Any = parse_json(answer.body)
    except UnreadableJson:
        document = None
    issuer = document.get("issuer") if isinstance(document, dict) else None
    if issuer != settings.HF_ENDPOINT:
        yield warning(
            "What answers at HF_ENDPOINT is no OpenID provider of that name: people cannot sign "
            "in with Hugging Face.",
            "Check HF_ENDPOINT; without a path, and with the host that the Hub has.",
        )


def check_oauth_app() -> Iterator[Found]:
    if not settings.HF_OAUTH_CLIENT_ID:
        yield warning(
            "There is no OAuth app: people sign in by pasting a token.",
            "Register one on Hugging Face: README, Sign in with Hugging Face.",
        )
        return
    try:
        yield from _check_client()
        yield from _check_redirect()
    except OutgoingError as error:
        yield warning(f"The OAuth app could not be asked about: {reason(error)}.", "Try again.")


def _check_client() -> Iterator[Found]:
    """Redeem a code that nobody has. RFC 6749, 5.2: only a known client hears of the code."""
    form = {
        "grant_type": "authorization_code",
        "code": "hfmcp-doctor",
        "redirect_uri": _callback_url(),
        "code_verifier": "hfmcp-doctor-".ljust(43, "x"),
    }
    answer = ask_token_endpoint(form, seconds=settings.HF_TIMEOUT_SECONDS)
    if says_invalid_grant(answer):
        yield ok("Hugging Face knows the OAuth app and its secret.")
    elif b"invalid_client" in answer.body or answer.status == 401:
        yield failure(
            "Hugging Face does not know the OAuth app, or its secret is another one.",
            "Compare HF_OAUTH_CLIENT_ID and HF_OAUTH_CLIENT_SECRET with the app's page on "
            "Hugging Face.",
        )
    else:
        yield warning(
            f"Hugging Face does not say whether it knows the OAuth app ({answer.status}).",
            "Sign in once to see.",
        )


def _check_redirect() -> Iterator[Found]:
    """Begin to sign in. RFC 6749, 4.1.2.1: with a wrong address nobody is sent anywhere."""
    query = {
        "response_type": "code",
        "client_id": settings.HF_OAUTH_CLIENT_ID,
        "redirect_uri": _callback_url(),
        "scope": " ".join(settings.HF_OAUTH_SCOPES),
        "state": "hfmcp-doctor",
        "nonce": "hfmcp-doctor",
        "code_challenge": "x" * 43,
        "code_challenge_method": "S256",
    }
    answer = _get(f"/oauth/authorize?{urlencode(query)}")
    location = answer.headers.get("location", "")
    if answer.status >= 400:
        yield failure(
            f"Hugging Face refuses to begin a sign-in ({answer.status}).",
            f"Give the app the redirect URL {_callback_url()} on Hugging Face.",
        )
    elif location.startswith(_callback_url()) and "error=" in location:
        yield failure(
            "Hugging Face refuses what sign-in asks for.",
            "Give the app all scopes of HF_OAUTH_SCOPES on Hugging Face.",
        )
    else:
        yield ok("Hugging Face begins a sign-in that leads back to PUBLIC_URL.")


def _callback_url() -> str:
    return f"{settings.PUBLIC_URL}{reverse('accounts:huggingface-callback')}"


def _get(path: str) -> Answer:
    request = Request("GET", f"{settings.HF_ENDPOINT}{path}", {"Accept": "*/*"})
    return ask_sync(HUB, request, max_bytes=MAX_BYTES, seconds=settings.HF_TIMEOUT_SECONDS)
