"""An ID token counts only when the issuer made it for us and it is still good."""

import json
import time

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from accounts.huggingface.id_token import IdTokenRefused, read_id_token

ISSUER = "https://huggingface.co"
AUDIENCE = "our-client-id"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC_KEY = ec.generate_private_key(ec.SECP256R1())


def public(key, algorithm, **members: str) -> dict[str, str]:
    return json.loads(algorithm.to_jwk(key.public_key())) | members


KEY_SET = {
    "keys": [
        {"kty": "unheard-of"},
        public(OTHER_KEY, RSAAlgorithm),
        public(OTHER_KEY, RSAAlgorithm, kid="for-encryption", use="enc"),
        public(EC_KEY, ECAlgorithm, kid="ec", use="sig"),
        public(KEY, RSAAlgorithm, kid="rsa", use="sig", alg="RS256"),
    ]
}


def make_token(key=KEY, algorithm: str = "RS256", kid: str = "rsa", **changes: object) -> str:
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "0123",
        "nonce": "n",
        "iat": int(time.time()),
        "exp": int(time.time()) + 3_600,
    } | changes
    claims = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(claims, key, algorithm, headers={"kid": kid})


def read(token: str, key_set: object = KEY_SET):
    return read_id_token(token, key_set, issuer=ISSUER, audience=AUDIENCE)


@pytest.mark.parametrize("token", [make_token(), make_token(EC_KEY, "ES256", "ec")])
def test_a_good_token_says_who(token):
    claims = read(token)

    assert (claims.sub, claims.nonce) == ("0123", "n")


def signed_with_the_public_key() -> str:
    pem = KEY.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    header, body, _ = make_token(key="x" * 64, algorithm="HS256").split(".")
    signature = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256).sign(
        f"{header}.{body}".encode(), pem
    )
    return f"{header}.{body}.{jwt.utils.base64url_encode(signature).decode()}"


REFUSED = {
    "another issuer": make_token(iss="https://evil.example"),
    "another app": make_token(aud="another-client-id"),
    "expired": make_token(exp=int(time.time()) - 60),
    "not yet valid": make_token(nbf=int(time.time()) + 3_600),
    "no expiry": make_token(exp=None),
    "no subject": make_token(sub=None),
    "no issuer": make_token(iss=None),
    "no audience": make_token(aud=None),
    "another key": make_token(OTHER_KEY),
    "unknown key": make_token(kid="unknown"),
    "key for encryption": make_token(OTHER_KEY, kid="for-encryption"),
    "wrong kind of key": make_token(EC_KEY, "ES256"),
    "HMAC with the public key": signed_with_the_public_key(),
    "unsigned": make_token(key=None, algorithm="none"),
    "changed": make_token()[:-10] + "A" * 10,
    "nonsense": "nonsense",
    "empty": "",
}


@pytest.mark.parametrize("token", REFUSED.values(), ids=REFUSED.keys())
def test_any_other_token_is_refused(token):
    with pytest.raises(IdTokenRefused):
        read(token)


@pytest.mark.parametrize("key_set", [None, [], {}, {"keys": []}, {"keys": "x"}, {"keys": [1]}])
def test_a_broken_key_set_verifies_nothing(key_set):
    with pytest.raises(IdTokenRefused):
        read(make_token(), key_set)
