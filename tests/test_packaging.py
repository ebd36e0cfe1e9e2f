"""What `pip install .` installs runs by itself: away from the checkout, in a home of its own."""

import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import PathDistribution, version
from pathlib import Path

import httpx
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import mcpendpoint
from tests.mcpendpoint.transports.stdio.test_stdio import DEFAULT_TOOLS
from tests.ports import free_port, wait_for_port
from tests.standins.serve import ROOT
from tests.stdio_program import initialize, start_program

HFMCP = "import sys; sys.path[0] = {folder!r}; from hfmcp_site.cli import main; main()"


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Path:
    """The wheel, installed into a folder; what it needs is in this environment already."""
    wheels, folder = tmp_path_factory.mktemp("wheels"), tmp_path_factory.mktemp("installed")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    offline = ["--no-index", "--no-deps"]
    build = [*pip, "wheel", *offline, "--no-build-isolation", "--wheel-dir", str(wheels), str(ROOT)]
    subprocess.run(build, check=True)
    (wheel,) = wheels.glob("hfmcp-*.whl")
    subprocess.run([*pip, "install", *offline, "--target", str(folder), str(wheel)], check=True)
    return folder


def hfmcp(installed: Path, *arguments: str) -> list[str]:
    """Return a command line that does what the console script does."""
    return [sys.executable, "-c", HFMCP.format(folder=str(installed)), *arguments]


def run(installed, home, *arguments, **env):
    return subprocess.run(
        hfmcp(installed, *arguments),
        cwd=home,
        env={"HOME": str(home), "PATH": os.environ["PATH"], **env},
        capture_output=True,
        text=True,
    )


def metadata(installed):
    (folder,) = installed.glob("hfmcp-*.dist-info")
    return PathDistribution(folder)


def test_it_needs_what_requirements_say(installed):
    needed = metadata(installed).requires
    further = [line for line in needed if "extra ==" in line]

    assert set(map(exactly, {*needed} - {*further})) == set(map(exactly, lines("")))
    for extra in ("s3", "tracing"):
        of_extra = [line for line in further if f"extra == '{extra}'" in line.replace('"', "'")]
        assert set(map(exactly, of_extra)) == set(map(exactly, lines(f"-{extra}")))


def lines(kind: str) -> list[str]:
    text = (ROOT / f"requirements{kind}.txt").read_text()
    return [wanted for line in text.splitlines() if (wanted := line.partition("#")[0].strip())]


def exactly(line: str) -> tuple[str, frozenset[str], str]:
    requirement = Requirement(line)
    name = canonicalize_name(requirement.name)
    return name, frozenset(requirement.extras), str(requirement.specifier)


def test_it_has_the_version_and_the_command(installed, tmp_path):
    scripts = {point.name: point.value for point in metadata(installed).entry_points}

    assert metadata(installed).version == mcpendpoint.__version__
    assert scripts == {"hfmcp": "hfmcp_site.cli:main"}
    assert run(installed, tmp_path, "--version").stdout.strip() == mcpendpoint.__version__


def test_it_has_every_file_that_there_is_beside_the_code(installed):
    def files(root: Path, folder: str) -> set[str]:
        found = (file for file in (root / folder).rglob("*") if file.is_file())
        return {str(file.relative_to(root)) for file in found if file.suffix != ".pyc"}

    for folder in ("accounts", "dashboard", "mcpendpoint"):
        assert files(installed, folder) == files(ROOT, folder)
    for folder in ("locale", "templates", "static"):
        assert files(installed / "hfmcp_site", folder) == files(ROOT, folder)
    tops = {entry.name for entry in installed.iterdir() if not entry.name.endswith(".dist-info")}
    assert tops == {"accounts", "bin", "dashboard", "hfmcp_site", "mcpendpoint"}


def test_a_client_starts_it(installed, tmp_path):
    command = tuple(hfmcp(installed, "stdio", "--gradio", "none"))
    with start_program(tmp_path, env={}, command=command) as program:
        assert program.result_of(initialize())["serverInfo"]["version"] == mcpendpoint.__version__
        assert program.tools() == DEFAULT_TOOLS
        program.close()

        assert program.end().code == 0
    assert [entry.name for entry in tmp_path.iterdir()] == ["errors"]


@contextmanager
def running(installed, home, *arguments) -> Iterator[str]:
    port = free_port()
    env = {"HOME": str(home), "PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "no.such"}
    process = subprocess.Popen(
        hfmcp(installed, "run", "--port", str(port), *arguments),
        cwd=home,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        said = []
        for line in process.stdout:
            said.append(line)
            if line.startswith("Serving "):
                break
        else:
            raise AssertionError("".join(said))
        wait_for_port(port, seconds=60)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.communicate(timeout=30)


@pytest.mark.parametrize(
    ("arguments", "folder"),
    [([], ".local/share/hfmcp"), (["--directory", "there"], "there")],
)
def test_run_sets_up_and_serves(installed, tmp_path, arguments, folder):
    with running(installed, tmp_path, *arguments) as url:
        page = httpx.get(url)
        assert page.status_code == 200
        assert "Hugging Face MCP server" in page.text
        assert httpx.get(f"{url}/static/favicon.svg").status_code == 200
        ping = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
        assert httpx.post(f"{url}/mcp", json=ping).json()["result"] == {}

    made = {file.name for file in (tmp_path / folder).iterdir()}
    assert {".env", "hfmcp.sqlite3"} <= made
    assert (tmp_path / folder / ".env").stat().st_mode & 0o077 == 0
    assert (tmp_path / folder).stat().st_mode & 0o077 == 0


def test_the_commands_of_a_deployment_are_there_too(installed, tmp_path):
    env = {"SECRET_KEY": "s" * 60, "DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3"}

    ended = run(installed, tmp_path, "migrate", **env)

    assert ended.returncode == 1
    assert ended.stderr.startswith("FIELD_ENCRYPTION_KEYS should be set")


def test_wrong_arguments_make_nothing(installed, tmp_path):
    ended = run(installed, tmp_path, "run", "--no-such")

    assert ended.returncode == 2
    assert list(tmp_path.iterdir()) == []


def test_the_build_is_pinned_where_tests_build_it():
    built_with = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]

    assert all(Requirement(each).specifier.contains(version("hatchling")) for each in built_with)
