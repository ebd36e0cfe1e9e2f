"""Asks the servers of a test. They have no TLS, so no certificates are read: that takes 30 ms."""

from typing import Any

import httpx


def client(**options: Any) -> httpx.Client:
    return httpx.Client(**{"trust_env": False, "timeout": 30, "verify": False, **options})


# A server forgets a connection after five idle seconds: it is not to be used just then.
shared = client(limits=httpx.Limits(keepalive_expiry=2))
