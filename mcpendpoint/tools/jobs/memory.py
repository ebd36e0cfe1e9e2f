"""Remembers the secrets of jobs that were started here, to take them out of what jobs print."""

import logging
from collections.abc import Iterable, Mapping
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.utils import timezone

from accounts.caching import BoundedCache, approximate_bytes
from accounts.database import RETRY_AFTER_SECONDS, changes, lookups
from accounts.job_secrets import find_secrets, keep_secrets
from mcpendpoint.tools.base import ToolError

logger = logging.getLogger(__name__)

AFTERWARDS = timedelta(days=1)
SCHEDULE_SECONDS = 30 * 24 * 3_600

MAX_BYTES_WITHOUT_DATABASE = 2_000_000

Secrets = Mapping[str, str]
"""Values by name."""

_of_this_process: BoundedCache[str, Secrets] = BoundedCache(max_bytes=MAX_BYTES_WITHOUT_DATABASE)
"""Where there is no database: by job."""


async def remember_secrets(hf_id: str, job_id: str, secrets: Secrets, *, seconds: int) -> None:
    """Remember them until a day after the job's time is over.

    What cannot be remembered is withheld later; the job runs all the same.
    """
    if not secrets:
        return
    if not settings.HAS_DATABASE:
        _of_this_process.put(job_id, secrets, size_bytes=approximate_bytes(secrets))
        return
    until = timezone.now() + timedelta(seconds=seconds) + AFTERWARDS
    try:
        if not await changes.run(keep_secrets, hf_id, job_id, secrets, until):
            logger.warning("The secrets of a job are too large to be remembered.")
    except (DatabaseError, InterfaceError) as error:
        logger.error("The secrets of a job could not be remembered: %s", type(error).__name__)


async def recall_secrets(job_ids: Iterable[str]) -> Mapping[str, Secrets]:
    """Return what is known of the secrets of jobs, and of schedules that started them.

    Raises ToolError when that cannot be known now: better to tell nothing than a secret.
    """
    if not settings.HAS_DATABASE:
        known = {job_id: _of_this_process.get(job_id) for job_id in job_ids}
        return {job_id: secrets for job_id, secrets in known.items() if secrets is not None}
    try:
        return await lookups.run(find_secrets, job_ids)
    except (DatabaseError, InterfaceError) as error:
        logger.error("The secrets of a job could not be looked up: %s", type(error).__name__)
        raise ToolError(
            "This server cannot tell now what is secret about this job.",
            is_retryable=True,
            retry_after_seconds=RETRY_AFTER_SECONDS,
        ) from error
