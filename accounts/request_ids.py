"""The id of the request that is being answered, by which its log lines and records are found."""

import os
import re
from contextvars import ContextVar

HEADER = "X-Request-Id"

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")
"""As proxies write them: nginx 32 hexadecimal digits, Envoy and others a UUID."""

_current: ContextVar[str] = ContextVar("request_id", default="")


def current_request_id() -> str:
    """Return "" outside of requests."""
    return _current.get()


def begin_request(given: str = "") -> str:
    """Let what happens from here on be of a request, with the id that it was given if it is plain.

    Of a proxy that is trusted: to what others write, anybody's records could belong.
    """
    request_id = given if _PLAIN.fullmatch(given) else os.urandom(8).hex()
    _current.set(request_id)
    return request_id
