"""Checks an ID token as OpenID Connect Core 3.1.3.7 asks:
https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation
"""

from typing import Any

import jwt
from pydantic import BaseModel, ConfigDict, ValidationError

# Asymmetric only: with HS256 the public key, which everybody has, would be the secret.
ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
CLOCK_SKEW_SECONDS = 30


class IdToken(BaseModel):
    model_config = ConfigDict(hide_input_in_errors=True)

    sub: str
    nonce: str | None = None


class IdTokenRefused(Exception):
    """The ID token is not one that the issuer made for us, or no longer good."""


def read_id_token(token: str, key_set: Any, *, issuer: str, audience: str) -> IdToken:
    """Return the claims, once signature, issuer, audience and expiry have been verified.

    Raises IdTokenRefused.
    """
    try:
        key = _find_key(key_set, jwt.get_unverified_header(token).get("kid"))
        claims = jwt.decode(
            token,
            key,
            algorithms=ALGORITHMS,
            issuer=issuer,
            audience=audience,
            leeway=CLOCK_SKEW_SECONDS,
            options={"require": ["exp", "iat", "iss", "aud", "sub"]},
        )
        return IdToken.model_validate(claims)
    except (jwt.PyJWTError, ValidationError, TypeError, AttributeError) as error:
        raise IdTokenRefused from error


def _find_key(key_set: Any, key_id: str | None) -> jwt.PyJWK:
    for key in jwt.PyJWKSet.from_dict(key_set).keys:
        if key.key_id == key_id and key.public_key_use in (None, "sig"):
            return key
    raise jwt.InvalidKeyError("No key of that id.")
