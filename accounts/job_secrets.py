"""Keeps the secrets of jobs that people started here, so that they can be taken out of logs.

The Hub never tells a secret again. They are kept encrypted and for as long as the job may be asked
about; of each person so many and so much, the newest. What is not kept is not known, which is no
reason to tell it: see mcpendpoint.tools.jobs.work.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

import orjson
from django.db import transaction

from accounts.encryption import Unreadable
from accounts.housekeeping import delete_in_steps
from accounts.models import JobSecrets

MAX_JOBS_PER_PERSON = 300
MAX_BYTES_PER_PERSON = 1_000_000
MAX_BYTES = 200_000
"""Of one job, before encryption."""

Secrets = Mapping[str, str]
"""Values by name."""


def keep_secrets(hf_id: str, job_id: str, secrets: Secrets, until: datetime) -> bool:
    """Keep the secrets of a job that this person started; return whether there is room for them."""
    text = orjson.dumps(dict(secrets)).decode()
    size = len(text.encode())
    if size > MAX_BYTES:
        return False
    with transaction.atomic():
        JobSecrets.objects.update_or_create(
            hf_id=hf_id, job_id=job_id, defaults={"values": text, "size": size, "expires_at": until}
        )
        _keep_within_bounds(hf_id)
    return True


def find_secrets(job_ids: Iterable[str]) -> dict[str, dict[str, str]]:
    """Return the secrets of jobs, of those that are kept and can be read.

    Whoever started them: a colleague who may read the log is not to read the secrets in it.
    """
    rows = JobSecrets.objects.filter(job_id__in=set(job_ids)).values_list("job_id", "values")
    return {job_id: _read(text) for job_id, text in rows if not isinstance(text, Unreadable)}


def forget_secrets_of(hf_id: str) -> None:
    JobSecrets.objects.filter(hf_id=hf_id).delete()


def forget_expired(now: datetime) -> int:
    """Return how many jobs that were."""
    return delete_in_steps(JobSecrets.objects.filter(expires_at__lt=now).order_by("expires_at"))


def _read(text: str) -> dict[str, str]:
    return {str(name): str(value) for name, value in orjson.loads(text).items()}


def _keep_within_bounds(hf_id: str) -> None:
    count, total, dropped = 0, 0, []
    own = JobSecrets.objects.filter(hf_id=hf_id).order_by("-pk")
    for key, size in own.values_list("pk", "size"):
        count, total = count + 1, total + size
        if count > MAX_JOBS_PER_PERSON or total > MAX_BYTES_PER_PERSON:
            dropped.append(key)
    JobSecrets.objects.filter(pk__in=dropped).delete()
