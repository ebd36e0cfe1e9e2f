"""The folder in which workers keep what they count, so that each can tell the sum.

See https://prometheus.github.io/client_python/multiprocess/. What a worker has counted stays there
when it has ended, as counters must not fall; only its gauges go.
"""

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from prometheus_client.multiprocess import mark_process_dead

from hfmcp_site import env

_OF_GAUGES = re.compile(r"gauge_live\w+_(\d+)\.db")


@contextmanager
def shared_directory(workers: int) -> Iterator[None]:
    """Give several workers a folder, unless the environment names one already; clean up behind."""
    if workers < 2 or env.text(env.SHARED_METRICS):
        yield
        return
    with tempfile.TemporaryDirectory(prefix="hfmcp-metrics-") as folder:
        env.env.ENVIRON[env.SHARED_METRICS] = folder
        yield


def forget_dead_workers(folder: str) -> None:
    names = (file.name for file in Path(folder).iterdir())
    pids = {int(found[1]) for name in names if (found := _OF_GAUGES.fullmatch(name))}
    for pid in pids:
        if not _is_alive(pid):
            mark_process_dead(pid, folder)  # type: ignore[no-untyped-call]


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # somebody else's, by the same number: its gauges stay a while
    return True
