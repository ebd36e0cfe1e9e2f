"""The cache that workers share, in Redis. While that does not answer, each worker has its own.

What is in it are counts and answers of others that can be had again, so nobody has to wait for it,
or be refused because of it.
"""

import logging
import time
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis import RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

logger = logging.getLogger(__name__)

TIMEOUT_SECONDS = 1.0
AWAY_SECONDS = 5.0
"""Redis is asked again after this time, so that only one caller in it waits for the timeout."""


def _or_own(name: str) -> Callable[..., Any]:
    """Return a method that asks Redis, or else this process's own cache."""
    shared = getattr(RedisCache, name)

    def either(self: "SharedCache", *args: Any, **kwargs: Any) -> Any:
        if time.monotonic() >= SharedCache.away_until:
            try:
                return shared(self, *args, **kwargs)
            except RedisError as error:
                SharedCache.away_until = time.monotonic() + AWAY_SECONDS
                logger.warning("Redis does not answer: %s.", type(error).__name__)
        return getattr(self.own, name)(*args, **kwargs)

    return either


class SharedCache(RedisCache):
    away_until = 0.0
    """Of the class: Django makes an instance for each thread."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        limits = {
            "socket_timeout": TIMEOUT_SECONDS,
            "socket_connect_timeout": TIMEOUT_SECONDS,
            # Once more, since a connection may be from before a restart.
            "retry": Retry(NoBackoff(), 1),
        }
        super().__init__(server, params | {"OPTIONS": limits | params.get("OPTIONS", {})})
        self.own = LocMemCache("shared-cache", {})

    add = _or_own("add")
    get = _or_own("get")
    set = _or_own("set")
    touch = _or_own("touch")
    delete = _or_own("delete")
    get_many = _or_own("get_many")
    has_key = _or_own("has_key")
    incr = _or_own("incr")
    set_many = _or_own("set_many")
    delete_many = _or_own("delete_many")
    clear = _or_own("clear")
