"""Whatever the sign-in at Hugging Face answers, there is a page that says so, soon, and no more."""

import json
import time
from collections.abc import Iterator
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from accounts.models import AuditEvent, HubCredential, User
from tests.accounts.sign_in_by_hand import CALLBACK, begin, come_back, parameters
from tests.standins.odd_provider import (
    HF_ID,
    KEYS,
    PERSON,
    PUBLIC_KEY,
    TOKEN,
    OddProvider,
    Reply,
    odd_provider,
)

pytestmark = pytest.mark.django_db

HOLD_SECONDS = 8
DEEP = b'{"a":' * 50_000 + b"1" + b"}" * 50_000


@pytest.fixture
def provider(settings) -> Iterator[OddProvider]:
    with odd_provider() as provider:
        settings.HF_ENDPOINT = provider.url
        settings.HF_OAUTH_CLIENT_ID = provider.client_id
        settings.HF_OAUTH_CLIENT_SECRET = "a-secret"
        settings.HF_TIMEOUT_SECONDS = 1
        yield provider


def sign_in(visitor, **changes: str):
    asked = parameters(begin(visitor))
    query = {"state": asked["state"], "code": asked["nonce"]} | changes
    return come_back(visitor, f"{CALLBACK}?", **query)


def replaced(**fields: Any):
    return lambda right: {**right, **fields}


def without(*names: str):
    return lambda right: {name: value for name, value in right.items() if name not in names}


def always(answer: Any):
    return lambda right: answer


def raw(body: bytes, status: int = 200, **headers: str):
    return lambda right: Reply(
        body, status, {name.replace("_", "-"): v for name, v in headers.items()}
    )


def trickled(right: Any) -> Reply:
    def pieces() -> Iterator[bytes]:
        for byte in json.dumps(right).encode():
            yield bytes([byte])
            time.sleep(0.3)

    return Reply(pieces())


def endless(right: Any) -> Reply:
    def pieces() -> Iterator[bytes]:
        while True:
            yield b" " * 100_000

    return Reply(pieces())


def zipped(right: Any) -> Reply:
    return Reply(b"\x1f\x8b\x08\x00", headers={"Content-Encoding": "gzip"})


UNREADABLE = {
    "html": raw(b"<html>Sign in to the Wi-Fi</html>", Content_Type="text/html"),
    "nothing": raw(b""),
    "null": always(None),
    "a number": always(1),
    "a list": always([]),
    "a word": always("ok"),
    "no object": always([{"access_token": "x"}]),
    "deep": raw(DEEP),
    "no text": raw(b"\xff\xfe\x00"),
    "a byte at a time": trickled,
    "without end": endless,
    "compressed": zipped,
    "a redirect": raw(b"", 302, Location="http://127.0.0.1:9/"),
    "an error": raw(b"{}", 500),
    "too many": raw(b"", 429, Retry_After="9999999999"),
    "gone": raw(b"{}", 404),
}

TOKENS = {
    "no access token": without("access_token"),
    "an access token of null": replaced(access_token=None),
    "an empty access token": replaced(access_token=""),
    "a number for an access token": replaced(access_token=5),
    "a list for an access token": replaced(access_token=["x"]),
    "an access token with a line break": replaced(access_token="x\r\nCookie: y"),
    "an access token that is not ASCII": replaced(access_token="hf_ü"),
    "an access token without end": replaced(access_token="x" * 100_000),
    "a token that is bound to a key": replaced(token_type="DPoP"),
    "a token type of a number": replaced(token_type=7),
    "no ID token": without("id_token"),
    "an ID token of null": replaced(id_token=None),
    "an ID token of nonsense": replaced(id_token="a.b.c"),
    "an ID token of an object": replaced(id_token={"sub": HF_ID}),
    "an ID token that nobody signed": replaced(
        id_token=jwt.encode({"sub": HF_ID}, None, algorithm="none")
    ),
    "a long ID token": replaced(id_token="x." * 50_000),
    "an error with 200": always({"error": "invalid_grant"}),
}

KEY_SETS = {
    "no keys": always({"keys": []}),
    "keys of null": always({"keys": None}),
    "keys that are an object": always({"keys": {"k": PUBLIC_KEY}}),
    "keys of words": always({"keys": ["k", 1, None]}),
    "a key without numbers": always({"keys": [{"kty": "RSA", "kid": "k"}]}),
    "a key of nonsense": always({"keys": [{"kty": "RSA", "kid": "k", "n": "!", "e": []}]}),
    "a secret as the key": always({"keys": [{"kty": "oct", "kid": "k", "k": "c2VjcmV0"}]}),
    "a key of another": always({"keys": [PUBLIC_KEY | {"n": "1" * 342}]}),
    "a key for encryption": always({"keys": [PUBLIC_KEY | {"use": "enc"}]}),
}

PEOPLE = {
    "another person": replaced(sub="f" * 24),
    "no id": without("sub"),
    "an id of null": replaced(sub=None),
    "a number for an id": replaced(sub=1),
    "no name": without("preferred_username"),
    "a name of null": replaced(preferred_username=None),
    "a name with a slash": replaced(preferred_username="ada/love"),
    "a name of dots": replaced(preferred_username=".."),
    "a name of markup": replaced(preferred_username="<b>ada</b>"),
    "a name with blanks": replaced(preferred_username="ada love"),
    "a name with a line break": replaced(preferred_username="ada\n"),
    "an empty name": replaced(preferred_username=""),
    "a long name": replaced(preferred_username="a" * 10_000),
    "a name with a NUL": replaced(preferred_username="a\0b"),
    "a name of a list": replaced(preferred_username=["ada"]),
    "a name in another script": replaced(preferred_username="аdа"),
    "a name as we make them up": replaced(preferred_username="ada~1"),
}

CLAIMS = {
    "no nonce": without("nonce"),
    "a nonce of null": replaced(nonce=None),
    "an empty nonce": replaced(nonce=""),
    "the nonce of another": replaced(nonce="another"),
    "a nonce in a list": lambda right: {**right, "nonce": [right["nonce"]]},
    "another issuer": replaced(iss="https://evil.example"),
    "another audience": replaced(aud="another-app"),
    "no end": without("exp"),
    "an end of long ago": replaced(exp=1),
    "no subject": without("sub"),
    "another subject": replaced(sub="f" * 24),
}

FAILING = [
    *((TOKEN, name, change) for name, change in {**UNREADABLE, **TOKENS}.items()),
    *((KEYS, name, change) for name, change in {**UNREADABLE, **KEY_SETS}.items()),
    *((PERSON, name, change) for name, change in {**UNREADABLE, **PEOPLE}.items()),
]


def assert_refused(visitor, response) -> str:
    assert response.status_code == 302
    assert response.headers["location"] == "/sign-in/"
    assert "_auth_user_id" not in visitor.session
    assert not User.objects.exists()
    page = visitor.get("/sign-in/")
    assert page.status_code == 200
    assert "lease try again" in page.text
    return page.text


@pytest.mark.parametrize(
    ("path", "name", "change"), FAILING, ids=[f"{path}: {name}" for path, name, _ in FAILING]
)
def test_an_answer_that_makes_no_sense_is_a_page_that_says_so(
    provider, visitor, caplog, path, name, change
):
    provider.change[path] = change
    began = time.monotonic()

    response = sign_in(visitor)

    assert time.monotonic() - began < HOLD_SECONDS
    assert_refused(visitor, response)
    assert "hf_oauth_ada" not in caplog.text
    event = AuditEvent.objects.get()
    assert (event.action, event.outcome) == ("sign_in", "denied")


@pytest.mark.parametrize("name", CLAIMS)
def test_an_id_token_that_was_not_made_for_this_sign_in_signs_nobody_in(provider, visitor, name):
    provider.claims = CLAIMS[name]

    assert_refused(visitor, sign_in(visitor))


def test_an_id_token_with_the_key_of_another_signs_nobody_in(provider, visitor):
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    provider.change[TOKEN] = lambda right: (
        right
        | {
            "id_token": jwt.encode(
                jwt.decode(right["id_token"], options={"verify_signature": False}),
                other,
                "RS256",
                headers={"kid": "k"},
            )
        }
    )

    assert_refused(visitor, sign_in(visitor))


HARMLESS = {
    "no content type": lambda right: Reply(json.dumps(right).encode(), headers={}),
    "another content type": lambda right: Reply(
        json.dumps(right).encode(), headers={"Content-Type": "text/html"}
    ),
    "a refresh token of null": replaced(refresh_token=None),
    "no refresh token": without("refresh_token"),
    "a refresh token of an object": replaced(refresh_token={}),
    "a time without end": replaced(expires_in=10**30),
    "a negative time": replaced(expires_in=-5),
    "no time": without("expires_in"),
    "a time of null": replaced(expires_in=None),
    "a time in words": replaced(expires_in="soon"),
    "a time as text": replaced(expires_in="3600"),
    "a time of a list": replaced(expires_in=[]),
    "a time of a word": replaced(expires_in=True),
    "a scope of null": replaced(scope=None),
    "a scope of a list": replaced(scope=["openid"]),
    "a long scope": replaced(scope="x " * 10_000),
    "a scope with a NUL": replaced(scope="openid \0"),
    "a type in capitals": replaced(token_type="Bearer"),
    "no type": without("token_type"),
    "more than we know": replaced(more={"a": [1]}),
}


@pytest.mark.parametrize("name", HARMLESS)
def test_what_is_odd_and_not_needed_costs_no_sign_in(provider, visitor, name):
    provider.change[TOKEN] = HARMLESS[name]

    assert sign_in(visitor).headers["location"] == "/"
    assert visitor.get("/settings/").status_code == 200
    assert HubCredential.objects.get().access_token == "hf_oauth_ada_1"


@pytest.mark.parametrize(
    "picture", [None, 1, [], "https://[", "javascript:x", "x" * 10_000, "https://a/\0", "//x\ny"]
)
def test_a_picture_that_makes_no_sense_is_none(provider, visitor, picture):
    provider.change[PERSON] = replaced(picture=picture)

    sign_in(visitor)

    assert User.objects.get().avatar_url == ""
    assert visitor.get("/settings/").status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"error": "invalid_scope"},
        {"error": "access_denied"},
        {"error": "<script>", "state": "x"},
        {"code": "c", "state": "never-begun"},
        {"code": "c"},
        {"state": ""},
        {"code": "c", "state": "x" * 5_000},
        {"error_description": "You were hacked", "error": "server_error", "state": "\0"},
    ],
)
def test_a_return_that_nobody_began_tells_nothing(provider, visitor, caplog, query):
    response = visitor.get(CALLBACK, query)

    assert response.headers["location"] == "/sign-in/"
    page = visitor.get("/sign-in/").text
    for word in ("did not give access", "scopes", "HF_OAUTH", "hacked", "script&gt;"):
        assert word not in page.partition("Do you run this server")[0]
    assert caplog.text == ""
    assert not AuditEvent.objects.exists()
    assert provider.asked == []


def test_the_errors_of_a_sign_in_that_was_begun_are_told(provider, visitor):
    page = visitor.get(sign_in(visitor, error="server_error").headers["location"]).text

    assert "did not work" in page
    assert AuditEvent.objects.get().detail == {"reason": "error"}
