"""Remembers the secrets of jobs that were started here, to take them out of what the jobs print.

The Hub never tells a secret again, and the next call may reach another worker: so they are in the
shared cache, encrypted, until some time after the job's end.
"""

import logging
from collections.abc import Iterable

import orjson
from cryptography.fernet import InvalidToken
from django.core.cache import cache

from accounts.encryption import decrypt, encrypt
from mcpendpoint.tools.base import ToolError

logger = logging.getLogger(__name__)

AFTERWARDS_SECONDS = 24 * 3_600
SCHEDULE_SECONDS = 30 * 24 * 3_600
MAX_REMEMBERED_CHARS = 100_000


async def remember_secrets(job_id: str, values: Iterable[str], *, seconds: int) -> None:
    secrets = [value for value in values if value.strip()]
    if not secrets or sum(map(len, secrets)) > MAX_REMEMBERED_CHARS:
        return
    sealed = encrypt(orjson.dumps(secrets).decode())
    try:
        await cache.aset(_key(job_id), sealed, seconds + AFTERWARDS_SECONDS)
    except Exception as error:  # of whatever cache it is; the job runs all the same
        logger.error("The secrets of a job could not be remembered: %s", type(error).__name__)


async def recall_secrets(job_ids: Iterable[str]) -> list[str]:
    """Return what is known of the secrets of a job, or of the schedule that started it.

    Raises ToolError when that cannot be known now: better to tell nothing than a secret.
    """
    try:
        found = await cache.aget_many([_key(job_id) for job_id in job_ids])
    except Exception as error:  # of whatever cache it is
        logger.error("The secrets of a job could not be looked up: %s", type(error).__name__)
        raise ToolError(
            "This server cannot tell now what is secret about this job.", is_retryable=True
        ) from error
    return [secret for sealed in found.values() for secret in _open(sealed)]


def _key(job_id: str) -> str:
    return f"jobs:secrets:{job_id}"


def _open(sealed: str) -> list[str]:
    try:
        return [str(secret) for secret in orjson.loads(decrypt(sealed))]
    except InvalidToken:  # the key is gone, and with it what could be known
        return []
