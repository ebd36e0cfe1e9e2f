"""What a sandbox is called: `hfsb2:NAMESPACE:JOB_ID`. Pure: no I/O.

A handle names a sandbox and opens nothing: that takes the token of who made it.
"""

import re
from dataclasses import dataclass

from mcpendpoint.hub.ids import is_job_id

VERSION = "hfsb2"
FORMS = f"{VERSION}:NAMESPACE:JOB_ID, NAMESPACE/JOB_ID or JOB_ID"

_NAMESPACE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,94}[A-Za-z0-9_])?", re.ASCII)


class BadHandle(ValueError):
    pass


@dataclass(frozen=True)
class Handle:
    namespace: str | None
    """None: the caller's own."""
    job_id: str

    def __str__(self) -> str:
        return f"{VERSION}:{self.namespace}:{self.job_id}"


def parse_handle(text: str) -> Handle:
    """Raises BadHandle."""
    namespace: str | None = None
    job_id = text.strip()
    if ":" in job_id:
        version, _, rest = job_id.partition(":")
        namespace, _, job_id = rest.partition(":")
        if version != VERSION:
            raise BadHandle(f"HANDLE should be {FORMS}.")
    elif "/" in job_id:
        namespace, _, job_id = job_id.partition("/")
    if namespace is not None and (not _NAMESPACE.fullmatch(namespace) or ".." in namespace):
        raise BadHandle(f"HANDLE should be {FORMS}.")
    if not is_job_id(job_id):
        raise BadHandle(f"HANDLE should be {FORMS}.")
    return Handle(namespace, job_id)
