"""What the guides say is run as it stands, by the clients that are here."""

import ast
import subprocess

import pytest

from accounts.clients.directory import find_client
from accounts.clients.guide import Address
from tests.needs import need
from tests.standins.serve import ROOT
from tests.virtualenvs import OFFLINE, OLDER_CLIENTS, SCHEMA_CLIENTS, Environment

SECONDS = 120


def run_guide(slug: str, account, environment: Environment) -> list[str]:
    """Run the Python of a guide; return the names of the tools that it prints."""
    need(environment.is_installed, f"{slug} is not installed (python -m tests.virtualenvs)")
    steps = find_client(slug).steps(Address(account.url, account.token))
    (code,) = [b.text for step in steps for b in step.blocks if b.label == "Python"]
    finished = subprocess.run(
        [environment.python, "-c", code],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", **OFFLINE},
    )
    assert finished.returncode == 0, finished.stderr
    return ast.literal_eval(finished.stdout.splitlines()[-1])


def test_langchain_lists_the_tools_as_its_guide_says(account):
    assert run_guide("langchain", account, OLDER_CLIENTS) == account.tools


def test_smolagents_lists_the_tools_as_its_guide_says(account, request):
    if not request.config.getoption("--all-gradio"):
        pytest.skip("with --all-gradio only")

    assert run_guide("smolagents", account, SCHEMA_CLIENTS) == account.tools
