"""What is in `Authorization: Bearer …`, whatever the case of the scheme (RFC 9110 section 11.1).

Pure: no I/O.
"""

from hmac import compare_digest


def bearer_token(authorization: str) -> str:
    """Return the token, "" for another scheme or none."""
    scheme, _, token = authorization.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def is_bearer_of(authorization: str, expected: str) -> bool:
    """Whether somebody has a token of the settings, compared in constant time; "" is nobody's."""
    token = bearer_token(authorization)
    return bool(expected) and compare_digest(token.encode(), expected.encode())
