"""Which processor core runs what: the load on one, the server under load alone on another."""

import os
import shutil
from collections.abc import Sequence


def cores() -> tuple[int | None, int | None]:
    """Return the core of the servers and that of wrk, None where neither can be chosen."""
    available = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    if shutil.which("taskset") is None or len(available) < 2:
        return None, None
    return available[-1], available[0]


def pinned(command: Sequence[str], core: int | None) -> list[str]:
    return list(command) if core is None else ["taskset", "-c", str(core), *command]
