"""Workers behind nginx as deploy/nginx has it, and what `hfmcp doctor` finds out about them."""

import json
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager

import httpx

from tests import environment
from tests.live.cluster import start_cluster
from tests.live.storage import missing_programs
from tests.mcpendpoint.wire import request
from tests.needs import need
from tests.standins.serve import ROOT

BARE = {"PATH": os.environ["PATH"], **environment.SETTINGS, "ALLOWED_HOSTS": ""}

BUFFERING = """
proxy_pass http://hfmcp; proxy_http_version 1.1; proxy_set_header Connection "";
proxy_read_timeout 2s; proxy_ignore_headers X-Accel-Buffering;
"""


@contextmanager
def cluster(**options):
    need(shutil.which("nginx"), "nginx is not installed")
    need(not (missing := missing_programs()), missing or "")
    with start_cluster(BARE, **options) as running:
        yield running


def doctor(running, *options):
    ended = subprocess.run(
        [sys.executable, "manage.py", "doctor", "--json", *options],
        cwd=ROOT,
        env=running.settings,
        capture_output=True,
        text=True,
    )
    return {
        (each["topic"], each["level"]): each["text"]
        for each in json.loads(ended.stdout)["findings"]
    }, [each for each in json.loads(ended.stdout)["findings"] if each["topic"] == "front"]


def test_a_worker_that_ends_is_missed_by_nobody():
    with cluster() as running, httpx.Client(base_url=running.url) as client:
        ping = request("ping")
        before = {client.post("/mcp", json=ping).status_code for _ in range(10)}
        next(iter(running.workers.values())).terminate()
        after = {client.post("/mcp", json=ping).status_code for _ in range(200)}

    assert (before, after) == ({200}, {200})


def test_a_deployment_as_it_should_be_is_found_well():
    with cluster() as running:
        found, front = doctor(running, "--wait", "3")

    assert {each["level"] for each in front} == {"ok"}
    assert "(2) have the same FILES_DIRECTORY" in json.dumps(front)
    assert ("database", "failure") not in found
    assert ("redis", "failure") not in found


def test_a_proxy_that_is_not_as_it_should_be_is_found_out(tmp_path):
    proxy = tmp_path / "proxy.conf"
    proxy.write_text(BUFFERING)
    with cluster(proxy=proxy) as running:
        running.settings["ALLOWED_HOSTS"] = "hfmcp"
        _, front = doctor(running, "--wait", "4")

    said = " ".join(each["text"] for each in front if each["level"] == "failure")
    assert "another Host" in said
    assert "0 proxies say" in said
    assert "An answer that takes 4 s is not waited for" in said
