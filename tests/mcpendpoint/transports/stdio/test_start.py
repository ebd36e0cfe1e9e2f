"""It is there at once: what it does not need is not loaded, and nothing is begun by starting it."""

import re
import subprocess

from tests.environment import NOBODY
from tests.stdio_program import COMMAND

HEAVY = (
    *("allauth", "oauth2_provider", "oauthlib", "channels", "daphne", "twisted", "corsheaders"),
    *("redis", "requests", "psycopg", "servestatic", "django.contrib.staticfiles"),
    *("accounts.urls", "dashboard", "hfmcp_site.urls", "hfmcp_site.bootstrap"),
    *("mcpendpoint.pages", "mcpendpoint.push", "mcpendpoint.transports.http"),
)
"""What serves pages, apps that sign in, and other processes: half of the time to start."""


def test_only_what_it_needs_is_loaded(tmp_path):
    python, *arguments = COMMAND
    ran = subprocess.run(
        [python, "-X", "importtime", *arguments],
        input='{"jsonrpc":"2.0","id":1,"method":"tools/list"}',
        env={"HOME": str(tmp_path), "HF_ENDPOINT": NOBODY},
        capture_output=True,
        text=True,
        check=True,
    )

    loaded = set(re.findall(r"\| +([\w.]+)$", ran.stderr, re.M))
    assert "mcpendpoint.transports.stdio.session" in loaded
    assert [
        name for name in sorted(loaded) if any(f"{name}.".startswith(f"{each}.") for each in HEAVY)
    ] == []


def test_starting_it_leaves_nothing_behind(tmp_path):
    subprocess.run(
        COMMAND,
        input=b'{"jsonrpc":"2.0","id":1,"method":"ping"}',
        env={"HOME": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        check=True,
    )

    assert list(tmp_path.iterdir()) == []


def test_it_says_what_it_takes(tmp_path):
    ran = subprocess.run(
        [*COMMAND, "--help"], env={"HOME": str(tmp_path)}, capture_output=True, text=True
    )

    assert ran.returncode == 0
    assert "--bouquet" in ran.stdout
