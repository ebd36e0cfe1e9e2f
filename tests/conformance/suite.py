"""Runs the official suite (npm @modelcontextprotocol/conformance) and reads what it found."""

import json
import re
import subprocess
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tests import node

PACKAGE = node.PACKAGES / "@modelcontextprotocol" / "conformance"
REVISIONS = ("2026-07-28", "2025-11-25")
OLDEST_NODE = 22
TIMEOUT_SECONDS = 300
NOT_RUN = ("was not run",)

_FOLDER = re.compile(r"(authorization-server|server)-(?P<scenario>.+)-\d{4}-\d\d-\d\dT[\d-]+Z")


@dataclass(frozen=True)
class Scenario:
    """How a scenario went, and in which words its checks failed."""

    revision: str
    name: str
    is_required: bool
    passed: int
    warnings: int
    failures: tuple[str, ...]

    @property
    def has_failed(self) -> bool:
        return bool(self.failures)

    @property
    def was_skipped(self) -> bool:
        return not self.failures and not self.passed


def missing_program() -> str | None:
    """Say what this machine lacks to run the suite, or None."""
    if not node.are_installed():
        return "the Node programs are not installed (npm ci in tests/node)"
    version = subprocess.run(
        [node.find_node(), "--version"], capture_output=True, text=True, check=True
    ).stdout.strip()
    if int(version.removeprefix("v").partition(".")[0]) < OLDEST_NODE:
        return f"Node {version} is too old: the suite needs {OLDEST_NODE}"
    return None


def run(url: str, revision: str) -> list[Scenario]:
    with tempfile.TemporaryDirectory(prefix="hfmcp-conformance-") as folder:
        options = ["--url", url, "--requirements", revision, "--output-dir", folder]
        # Its exit status says less than what it writes down: that is what is judged.
        finished = subprocess.run(
            [*program("server"), *options], capture_output=True, text=True, timeout=TIMEOUT_SECONDS
        )
        scenarios = read_scenarios(Path(folder), revision, required=_required(revision))
    if all(scenario.failures == NOT_RUN for scenario in scenarios):
        raise RuntimeError(f"The suite ran nothing.\n{finished.stdout}\n{finished.stderr}")
    return scenarios


def program(command: str) -> list[str]:
    return [node.find_node(), str(PACKAGE / "dist" / "index.js"), command]


def read_scenarios(folder: Path, revision: str, *, required: set[str]) -> list[Scenario]:
    """Return what the suite wrote down, and what it should have."""
    found = dict(map(_read_checks, folder.iterdir()))
    ran = {
        name: _scenario(revision, name, checks, is_required=name in required)
        for name, checks in found.items()
    }
    not_run = [
        Scenario(revision, name, True, 0, 0, NOT_RUN) for name in sorted(required - ran.keys())
    ]
    return [*ran.values(), *not_run]


def _read_checks(folder: Path) -> tuple[str, list[dict[str, str]]]:
    named = _FOLDER.fullmatch(folder.name)
    if named is None:
        raise RuntimeError(f"The suite wrote {folder.name}, which names no scenario.")
    return named["scenario"], json.loads((folder / "checks.json").read_text())


def _scenario(
    revision: str, name: str, checks: list[dict[str, str]], *, is_required: bool
) -> Scenario:
    statuses = Counter(check["status"] for check in checks)
    failures = tuple(
        f"{check['id']}: {check.get('errorMessage', '')}"
        for check in checks
        if check["status"] == "FAILURE"
    )
    return Scenario(revision, name, is_required, statuses["SUCCESS"], statuses["WARNING"], failures)


def _required(revision: str) -> set[str]:
    """Read the list under `server:` of the revision's requirement set."""
    text = (PACKAGE / "requirements" / f"{revision}.yaml").read_text()
    section = text.partition("\nserver:\n")[2].partition("\n\n")[0]
    return {line.strip().removeprefix("- ") for line in section.splitlines()}
