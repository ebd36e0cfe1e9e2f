"""Checks an ID token as OpenID Connect Core 3.1.3.7 asks:
https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation
"""

from typing import Annotated, Any

import jwt
from pydantic import BaseModel, ConfigDict, StringConstraints

from accounts.hub_names import HubId

# Asymmetric only: with HS256 the public key, which everybody has, would be the secret.
ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
CLOCK_SKEW_SECONDS = 30
MAX_LENGTH = 20_000
MAX_KEYS = 50


class IdToken(BaseModel):
    model_config = ConfigDict(hide_input_in_errors=True)

    sub: HubId
    nonce: Annotated[str, StringConstraints(strict=True, min_length=1, max_length=100)]


class IdTokenRefused(Exception):
    """The ID token is not one that the issuer made for us, or no longer good."""


def read_id_token(token: str, key_set: Any, *, issuer: str, audience: str) -> IdToken:
    """Return the claims, once signature, issuer, audience and expiry have been verified.

    Raises IdTokenRefused.
    """
    if len(token) > MAX_LENGTH:
        raise IdTokenRefused
    try:
        key = _find_key(key_set, jwt.get_unverified_header(token).get("kid"))
        claims = jwt.decode(
            token,
            key,
            algorithms=ALGORITHMS,
            issuer=issuer,
            audience=audience,
            leeway=CLOCK_SKEW_SECONDS,
            options={"require": ["exp", "iat", "iss", "aud", "sub", "nonce"]},
        )
        return IdToken.model_validate(claims)
    except Exception as error:
        # Whatever PyJWT and cryptography make of keys and claims that make no sense.
        raise IdTokenRefused from error


def _find_key(key_set: Any, key_id: Any) -> jwt.PyJWK:
    for data in key_set["keys"][:MAX_KEYS]:
        # One by one: a key of a kind that is not known spoils no other.
        if isinstance(data, dict) and data.get("kid") == key_id and data.get("use", "sig") == "sig":
            return jwt.PyJWK.from_dict(data)
    raise jwt.InvalidKeyError("No key of that id.")
