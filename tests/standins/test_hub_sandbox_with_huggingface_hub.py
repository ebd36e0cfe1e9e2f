"""Sandboxes of the stand-in Hub, with the public client."""

from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest
from huggingface_hub import HfApi, Sandbox
from huggingface_hub.errors import SandboxCommandError, SandboxError

from tests.standins.serve import Running


@pytest.fixture
def token() -> str:
    return f"hf_user_{uuid4().hex}"


@pytest.fixture
def sandbox(hub: Running, token: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    # The client takes no address here but the one from its environment.
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", hub.url)
    with Sandbox.create(token=token, env={"MODE": "fast"}) as sandbox:
        yield sandbox


def test_runs_commands(sandbox: Sandbox):
    result = sandbox.run("echo $MODE && echo $NAME; cat", env={"NAME": "two"}, stdin="three")

    assert (result.stdout, result.stderr, result.exit_code) == ("fast\ntwo\nthree\n", "", 0)
    with pytest.raises(SandboxCommandError) as failure:
        sandbox.run(["no-such-program"])
    assert (failure.value.result.exit_code, failure.value.result.stdout) == (127, "")
    assert "not found" in failure.value.result.stderr


def test_ends_commands_that_take_too_long(sandbox: Sandbox):
    result = sandbox.run("echo started; sleep infinity", timeout=0.3, check=False)

    assert (result.stdout, result.timed_out, result.exit_code) == ("started\n", True, None)


def test_keeps_files(sandbox: Sandbox):
    sandbox.files.write("/data/notes/größe.txt", "42 🦜")
    sandbox.run("echo written by a command > /tmp/out.txt")
    sandbox.files.mkdir("/data/empty")

    assert sandbox.files.read_text("/data/notes/größe.txt") == "42 🦜"
    assert sandbox.run("cat /data/notes/größe.txt").stdout == "42 🦜\n"
    assert sandbox.files.read_text("/tmp/out.txt") == "written by a command\n"
    assert [(entry.name, entry.type) for entry in sandbox.files.list("/data")] == [
        ("empty", "dir"),
        ("notes", "dir"),
    ]
    with pytest.raises(SandboxError, match="is a directory: /data"):
        sandbox.files.delete("/data")
    sandbox.files.delete("/data", recursive=True)
    assert not sandbox.files.exists("/data/notes/größe.txt")


def test_keeps_large_files_that_come_in_parts(sandbox: Sandbox):
    content = bytes(range(256)) * 12_000

    sandbox.files.write("/tmp/large.bin", content)

    assert sandbox.files.read("/tmp/large.bin") == content


def test_runs_commands_in_the_background(sandbox: Sandbox):
    process = sandbox.run("sleep infinity", background=True)

    [seen] = sandbox.processes()
    assert (seen.id, seen.pid, seen.running) == (process.id, process.pid, True)
    assert process.kill()
    assert [each.running for each in sandbox.processes()] == [False]


def test_can_be_found_again_until_it_is_killed(sandbox: Sandbox, token: str):
    sandbox.files.write("/tmp/a", "here")

    assert Sandbox.connect(sandbox.id, token=token).files.read_text("/tmp/a") == "here"
    sandbox.kill()
    with pytest.raises(SandboxError, match="not running"):
        Sandbox.connect(sandbox.id, token=token)


def test_wants_the_token_of_the_sandbox_and_one_of_the_hub(
    hub: Running, sandbox: Sandbox, token: str
):
    job = HfApi(endpoint=hub.url, token=token).inspect_job(job_id=sandbox.id)
    [url] = job.status.expose_urls

    def status(**headers: str) -> int:
        return httpx.get(f"{url}/v1/processes", headers=headers).status_code

    stranger = {"Authorization": "Bearer hf_alice"}
    assert status() == 401
    assert status(Authorization=f"Bearer {token}") == 401
    assert status(**stranger, **{"X-Sandbox-Token": "x"}) == 403
    assert job.secrets == {"SBX_TOKEN": None}
