import httpx
import pytest
from huggingface_hub import Sandbox

from mcpendpoint.tools.base import ToolError
from tests.mcpendpoint.hub_side import fresh_token
from tests.mcpendpoint.tools.calling import Watching
from tests.mcpendpoint.tools.jobs.calling import jobs, start
from tests.mcpendpoint.tools.sandbox.calling import create, execute, files, sandbox, sandbox_in


def owner_of(token):
    return token.removeprefix("hf_user_")


async def at_the_hub(hub_side, token, handle):
    _, namespace, job_id = handle.split(":")
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {token}"}) as client:
        return (await client.get(f"{hub_side.url}/api/jobs/{namespace}/{job_id}")).json()


async def test_a_sandbox_is_created_and_answers(hub_side):
    token = fresh_token()
    watching = Watching(token)

    made = await sandbox_in(watching, "create", "--name", "my-box")

    assert made.content["name"] == "my-box"
    assert made.content["handle"] == f"hfsb2:{owner_of(token)}:{made.content['job_id']}"
    assert made.content["handle"] in made.text
    assert "hf_sandbox terminate" in made.text  # it costs money until then
    assert "message" not in made.content  # nothing to wait for any more
    steps = [progress for progress, _, _ in watching.progress]
    assert steps == [*range(len(steps))] and len(steps) >= 2
    status = await sandbox(token, "status", made.content["handle"])
    assert status.content["stage"] == "RUNNING"
    assert status.content["health"] == {"ok": True}


async def test_what_was_asked_for_is_what_is_started(hub_side):
    token = fresh_token()

    handle = await create(
        token,
        *("--image", "node:22", "--flavor", "cpu-upgrade", "--timeout", "10m"),
        *("--volume", "hf://datasets/acme/squad:/data:ro", "--volume", "hf://acme/tiny-llm:/model"),
        "--forward-hf-token",
    )

    job = await at_the_hub(hub_side, token, handle)
    assert (job["dockerImage"], job["flavor"]) == ("node:22", "cpu-upgrade")
    assert job["environment"]["SBX_IDLE_TIMEOUT"] == "600"
    assert {*job["secrets"]} == {"SBX_TOKEN", "HF_TOKEN"}
    assert job["expose"] == {"ports": [49983]}
    assert [volume["source"] for volume in job["volumes"]] == [
        "acme/squad",
        "acme/tiny-llm",
        "huggingface/sbx-server",
    ]
    status = await sandbox(token, "status", handle)
    assert [volume["mount_path"] for volume in status.content["volumes"]] == ["/data", "/model"]


async def test_the_server_in_it_is_one_that_was_checked(hub_side):
    token = fresh_token()

    job = await at_the_hub(hub_side, token, await create(token))

    digest = job["environment"]["SBX_SERVER_SHA256"]
    assert job["environment"]["SBX_SERVER_URL"].endswith(f"sbx-server-{digest}")
    assert "sha256sum" in job["command"][-1]


async def test_without_a_wish_no_token_is_in_it(hub_side):
    token = fresh_token()

    job = await at_the_hub(hub_side, token, await create(token))

    assert [*job["secrets"]] == ["SBX_TOKEN"]


async def test_a_sandbox_is_terminated(hub_side):
    token = fresh_token()
    handle = await create(token)

    assert (await sandbox(token, "terminate", handle)).content["terminated"] is True

    with pytest.raises(ToolError, match="has ended"):
        await execute(token, handle, "echo hi")
    status = await sandbox(token, "status", handle)
    assert status.content["stage"] == "CANCELED" and not status.content["health"]["ok"]


async def test_processes_are_listed_and_killed(hub_side):
    token = fresh_token()
    handle = await create(token)
    await execute(token, handle, "sleep infinity", "--detach", "--tag", "server")

    listed = await sandbox(token, "ps", handle)

    (process,) = listed.content["processes"]
    assert process["cmd"] == "sleep infinity" and process["tag"] == "server"
    assert process["running"] is True
    await sandbox(token, "kill", handle, process["id"])
    (process,) = (await sandbox(token, "ps", handle)).content["processes"]
    assert process["running"] is False
    with pytest.raises(ToolError, match="no such process"):
        await sandbox(token, "kill", handle, "p-99")


async def test_its_key_is_told_nowhere(hub_side):
    token = fresh_token()
    handle = await create(token, "--forward-hf-token")

    told = [
        await sandbox(token, "status", handle),
        await execute(token, handle, "env"),
        await jobs("inspect", token, job_id=handle.split(":")[-1]),
        await jobs("logs", token, job_id=handle.split(":")[-1], wait_seconds=1),
    ]

    assert "HF_TOKEN=<redacted>" in told[1].content["stdout"]
    assert token not in str(told)
    sent = {each["token"] for each in hub_side.asked("/_jobs/")}
    assert len(sent) == 1


async def test_a_sandbox_of_an_organization_is_for_who_made_it(hub_side):
    """Whose labels anybody of the organization could have written: nothing is sent to it."""
    handle = await create("hf_alice", "--namespace", "acme")
    assert handle.startswith("hfsb2:acme:")
    assert (await execute("hf_alice", handle, "echo hi")).content["stdout"] == "hi\n"
    hub_side.forget()

    for call in (
        execute("hf_admin", handle, "echo hi"),
        files("hf_admin", "cat", handle, "/etc/passwd"),
        sandbox("hf_admin", "ps", handle),
    ):
        with pytest.raises(ToolError, match="account that created this sandbox"):
            await call

    assert not hub_side.asked("/_jobs/")


async def test_a_handle_is_of_no_use_to_others(hub_side):
    handle = await create(fresh_token())
    hub_side.forget()

    with pytest.raises(ToolError, match="permissions do not allow"):
        await execute(fresh_token(), handle, "echo hi")

    assert not hub_side.asked("/_jobs/")


async def test_a_job_that_is_no_sandbox_is_not_taken_for_one(hub_side):
    token = fresh_token()
    job_id = await start(token, "sleep", "infinity")

    for command in ("status", "ps", "terminate"):
        with pytest.raises(ToolError, match="is not a sandbox"):
            await sandbox(token, command, job_id)

    inspected = await jobs("inspect", token, job_id=job_id)
    assert inspected.content["outcome"]["inspections"][0]["job"]["status"]["stage"] != "CANCELED"


async def test_a_sandbox_made_in_a_sign_in_outlives_the_token_of_that_sign_in(hub_side):
    handle = await create("hf_oauth_alice_first.jobs")

    renewed = await execute("hf_oauth_alice_second.jobs", handle, "echo still here")
    own = await execute("hf_alice", handle, "echo and here")

    assert renewed.content["stdout"] == "still here\n"
    assert own.content["stdout"] == "and here\n"


async def test_a_sandbox_of_huggingface_hub_can_be_used_here_and_ours_there(hub_side, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", hub_side.url)
    token = fresh_token()

    with Sandbox.create(token=token) as theirs:
        done = await execute(token, theirs.id, "echo from here")
        assert done.content["stdout"] == "from here\n"

    handle = await create(token)
    ours = Sandbox.connect(handle.split(":")[-1], token=token)
    assert ours.run("echo from there").stdout == "from there\n"


async def test_a_sandbox_that_dies_while_it_starts_says_so(hub_side):
    hub_side.break_at("/health", status=503)
    token = fresh_token()
    ended = '{"id": "687f00aa", "status": {"stage": "ERROR", "message": "image not found"}}'
    hub_side.break_at("^/api/jobs/visitor[^/]*/", body=ended, status=200)

    with pytest.raises(ToolError, match=r"ended while it started \(ERROR: image not found\)"):
        await create(token)


async def test_a_sandbox_that_takes_long_to_start_is_there_all_the_same(hub_side, monkeypatch):
    monkeypatch.setattr("mcpendpoint.tools.sandbox.creation.READY_SECONDS", 1)
    hub_side.break_at("/health", status=503)
    token = fresh_token()

    made = await sandbox(token, "create")

    assert "still starting" in made.content["message"]
    hub_side.heal()
    assert (await execute(token, made.content["handle"], "echo hi")).content["returncode"] == 0


async def test_a_sandbox_is_asked_for_once(hub_side):
    hub_side.break_at("^/api/jobs/visitor", method="POST", status=504)

    with pytest.raises(ToolError, match=r"look before trying again.*hf_jobs"):
        await create(fresh_token())

    asked = hub_side.asked("^/api/jobs/visitor")
    assert [each["method"] for each in asked] == ["POST"]


async def test_hardware_that_there_is_not_is_answered_with_what_there_is(hub_side):
    with pytest.raises(ToolError, match="no 'tpu'.*h200"):
        await create(fresh_token(), "--flavor", "tpu")


REFUSED = {
    ("create", "--bogus"): "unexpected argument for create: --bogus",
    ("create", "--name", "not a name"): "--name",
    ("create", "--timeout", "soon"): "--timeout should be a duration",
    ("create", "--bucket", "a/b", "--bucket-mode", "x"): "--bucket-mode must be ro or rw",
    ("create", "--volume", "/data"): "--volume",
    ("create", "--resource-group-id", "x"): "requires --namespace",
    ("create", "--namespace", "../x"): "--namespace",
    ("status",): "status requires HANDLE",
    ("status", "a", "b"): "unexpected argument for status: b",
    ("status", "hfsb1:a:b"): "HANDLE should be",
    ("kill", "hfsb2:a:b"): "kill requires PROCESS_ID",
}


@pytest.mark.parametrize(("argv", "reason"), REFUSED.items(), ids=map(" ".join, REFUSED))
async def test_what_cannot_be_meant_is_refused_and_never_sent(hub_side, argv, reason):
    with pytest.raises(ToolError, match=f"EINVAL.*{reason}"):
        await sandbox(fresh_token(), *argv)

    assert not hub_side.asked("jobs")
