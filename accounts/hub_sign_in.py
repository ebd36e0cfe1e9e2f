"""Asks the sign-in of Hugging Face, which is OpenID Connect: tokens, keys, who a person is.

Answers are read within bounds; what is in them, the caller has to make sure of.
"""

from base64 import b64encode
from typing import Any
from urllib.parse import quote_plus, urlencode

from django.conf import settings

from accounts.outgoing.asking import Answer, Request, ask_sync
from accounts.outgoing.errors import UnreadableJson
from accounts.outgoing.pools import HUB
from accounts.outgoing.untrusted_json import parse_json

MAX_ANSWER_BYTES = 200_000


def ask_token_endpoint(form: dict[str, str], *, seconds: float) -> Answer:
    """Post a form as the OAuth app of our settings. Raises OutgoingError."""
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    if settings.HF_OAUTH_CLIENT_SECRET:
        headers["Authorization"] = _basic_authorization()
    else:
        form = {**form, "client_id": settings.HF_OAUTH_CLIENT_ID}
    request = Request(
        "POST", f"{settings.HF_ENDPOINT}/oauth/token", headers, urlencode(form).encode()
    )
    return ask_sync(HUB, request, max_bytes=MAX_ANSWER_BYTES, seconds=seconds)


def says_invalid_grant(answer: Answer) -> bool:
    try:
        error = parse_json(answer.body)
    except UnreadableJson:
        return False
    return (
        answer.status in (400, 401)
        and isinstance(error, dict)
        and error.get("error") == "invalid_grant"
    )


def fetch_json(path: str, token: str | None = None, *, seconds: float) -> Any:
    """Return what stands at a path. Raises OutgoingError."""
    headers = {"Accept": "application/json"}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    request = Request("GET", f"{settings.HF_ENDPOINT}{path}", headers)
    answer = ask_sync(HUB, request, max_bytes=MAX_ANSWER_BYTES, seconds=seconds)
    if answer.status != 200:
        raise UnreadableJson("The answer has another status than 200.")
    return parse_json(answer.body)


def _basic_authorization() -> str:
    # RFC 6749, 2.3.1: each is encoded like a form's value first.
    name, secret = settings.HF_OAUTH_CLIENT_ID, settings.HF_OAUTH_CLIENT_SECRET
    pair = f"{quote_plus(name)}:{quote_plus(secret)}"
    return f"Basic {b64encode(pair.encode()).decode()}"
