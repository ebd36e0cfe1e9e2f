"""Messages between the workers of this server: in one process directly, in many through Redis.

They are about what is open at the moment, and nothing else depends on them: a message that is lost
while Redis is away is a call that is not cancelled, or a question that is answered too late. What
changed about people comes through the database instead (accounts.news).
"""

import asyncio
import logging
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import orjson
from django.conf import settings
from redis.asyncio import Redis
from redis.exceptions import RedisError

from accounts.behind import start_task

logger = logging.getLogger(__name__)

PREFIX = "hfmcp:bus:"
EVERYBODY = "all"
ATTEMPTS = 2
"""After a restart of Redis the first command of a connection fails, and the next one works."""
TIMEOUT_SECONDS = 1.0
POLL_SECONDS = 5.0
AGAIN_SECONDS = 0.5
AWAY_SECONDS = 5.0
"""Nobody waits for a Redis that does not answer more often than this."""

Handler = Callable[[Any], None]


class Bus:
    def __init__(self, redis_url: str) -> None:
        self._redis_url = redis_url
        self._name = ""
        self._handlers: dict[str, Handler] = {}
        self._redis: Redis | None = None
        self._listening: asyncio.Task[None] | None = None
        self._heard = asyncio.Event()
        self._away_until = 0.0

    @property
    def name(self) -> str:
        """Of this worker; made when it is needed first: workers may be forks of one process."""
        if not self._name:
            self._name = secrets.token_hex(6)
        return self._name

    def on(self, topic: str, handler: Handler) -> None:
        """Let `handler` have each message of a topic, on the event loop."""
        self._handlers[topic] = handler

    def start_soon(self) -> None:
        """Begin to listen, on the running event loop; does nothing where it has begun."""
        if self._redis_url and (self._listening is None or self._listening.done()):
            self._listening = start_task(self._listen())

    async def start(self) -> None:
        """Do so, and wait a moment, so that the answer to what is told now is heard."""
        self.start_soon()
        if self._redis_url and not self._heard.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(TIMEOUT_SECONDS):
                    await self._heard.wait()

    async def tell(self, topic: str, message: Any, worker: str | None = None) -> None:
        """Send to one worker or to all, this one among them. Never raises."""
        if worker in (None, self.name):
            self._hand_on(topic, message)
        if worker == self.name or not self._redis_url or time.monotonic() < self._away_until:
            return
        try:
            body = orjson.dumps([topic, self.name, message])
        except TypeError:  # such as what is nested too deeply
            return
        for attempt in range(1, ATTEMPTS + 1):
            try:
                async with asyncio.timeout(TIMEOUT_SECONDS):
                    await self._client().publish(f"{PREFIX}{worker or EVERYBODY}", body)
                return
            except (RedisError, OSError, TimeoutError) as error:
                if attempt == ATTEMPTS:
                    self._away_until = time.monotonic() + AWAY_SECONDS
                    logger.warning("Other workers could not be told: %s.", type(error).__name__)

    async def _listen(self) -> None:
        pubsub = self._client().pubsub()
        channels = f"{PREFIX}{EVERYBODY}", f"{PREFIX}{self.name}"
        while True:
            try:
                if not pubsub.subscribed:
                    await pubsub.subscribe(*channels)
                received = await pubsub.get_message(timeout=POLL_SECONDS)
            except (RedisError, OSError) as error:
                logger.warning("Other workers cannot be heard: %s.", type(error).__name__)
                await asyncio.sleep(AGAIN_SECONDS)  # then redis-py subscribes again by itself
                continue
            if received is not None and received["type"] == "subscribe":
                self._heard.set()
            elif received is not None and received["type"] == "message":
                self._take(received["data"])

    def _take(self, data: bytes) -> None:
        try:
            topic, sender, message = orjson.loads(data)
        except ValueError:
            logger.warning("What came from another worker is no message.")
            return
        if sender != self.name:
            self._hand_on(topic, message)

    def _hand_on(self, topic: str, message: Any) -> None:
        handler = self._handlers.get(topic) if isinstance(topic, str) else None
        if handler is not None:
            try:
                handler(message)
            except Exception:
                logger.exception("A message of another worker could not be taken.")

    def _client(self) -> Redis:
        if self._redis is None:
            # No timeout of the socket: a subscription is silent for long.
            self._redis = Redis.from_url(
                self._redis_url, socket_timeout=None, socket_connect_timeout=TIMEOUT_SECONDS
            )
        return self._redis


bus = Bus(settings.REDIS_URL)
