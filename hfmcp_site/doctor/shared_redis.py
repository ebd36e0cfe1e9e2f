"""Redis: reachable, new enough, and fit for what workers share by it."""

import time
from collections.abc import Iterator
from secrets import token_hex
from typing import Any

import redis
from django.conf import settings

from hfmcp_site.doctor.findings import Found, failure, ok, reason, warning

SECONDS = 3.0
OLDEST = (6, 2)
"""Older ones get no fixes: https://redis.io/docs/latest/operate/oss_and_stack/"""


def check_redis() -> Iterator[Found]:
    if not settings.REDIS_URL:
        yield ok("REDIS_URL is not set, which is right for a single worker.")
        return
    client: Any = redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=SECONDS, socket_connect_timeout=SECONDS
    )
    with client:
        try:
            about: dict[str, Any] = client.info()
        except redis.RedisError as error:
            yield failure(
                f"Redis does not answer ({reason(error)}). Workers go on without it, each with "
                "limits and a dashboard of its own.",
                "Check REDIS_URL, that the server runs, and that this host may connect to it.",
            )
            return
        yield from check_version(str(about.get("redis_version", "")))
        yield from check_memory(int(about.get("maxmemory", 0)), about.get("maxmemory_policy", ""))
        yield from _check_channels(client)


def check_version(version: str) -> Iterator[Found]:
    numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
    if numbers < OLDEST:
        yield warning(f"Redis {version} is old.", "Upgrade Redis to 7 or later.")
    else:
        yield ok(f"Redis {version} answers.")


def check_memory(limit: int, policy: str) -> Iterator[Found]:
    """All that is kept there ends by itself or can be made again, so it may be evicted."""
    if not limit:
        yield warning(
            "Redis may take all memory of its host.",
            "Set maxmemory (256mb is plenty) and maxmemory-policy allkeys-lru.",
        )
    elif policy == "noeviction":
        yield warning(
            "Redis refuses to store anything when it is full (noeviction).",
            "Set maxmemory-policy to allkeys-lru: nothing there has to be kept.",
        )
    else:
        yield ok(f"Redis makes room by itself ({policy}).")


def _check_channels(client: Any) -> Iterator[Found]:
    channel, word = f"hfmcp-doctor-{token_hex(8)}", token_hex(8).encode()
    with client.pubsub(ignore_subscribe_messages=True) as subscription:
        subscription.subscribe(channel)
        subscription.get_message(timeout=SECONDS)  # that it is subscribed
        client.publish(channel, word)
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            message = subscription.get_message(timeout=SECONDS)
            if message and message["data"] == word:
                yield ok("Messages between workers arrive.")
                return
    yield failure(
        "A message that was published did not arrive.",
        "Let the user of REDIS_URL publish and subscribe (ACL: +@pubsub, allchannels).",
    )
