import httpx
import pytest

from mcpendpoint.tools.base import ToolError
from tests.mcpendpoint.hub_side import fresh_token
from tests.mcpendpoint.tools.calling import call
from tests.mcpendpoint.tools.jobs.calling import FOREVER, jobs, start

HELLO = ["python", "-c", "print('hello')"]


def owner_of(token):
    return token.removeprefix("hf_user_")


async def at_the_hub(hub_side, token, job_id):
    """Return a job as the Hub has it."""
    url = f"{hub_side.url}/api/jobs/{owner_of(token)}/{job_id}"
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {token}"}) as client:
        return (await client.get(url)).json()


async def test_a_job_runs_and_says_what_it_printed(hub_side):
    token = fresh_token()

    done = await jobs("run", token, command=HELLO, name="greeting", env={"DEBUG": 1})

    outcome = done.content["outcome"]
    assert outcome["logs"] == ["hello"]
    assert (outcome["logs_finished"], outcome["logs_truncated"]) == (True, False)
    job = outcome["job"]
    assert job["status"] == {"stage": "COMPLETED"}
    assert job["owner"]["name"] == owner_of(token)
    assert job["labels"] == {"name": "greeting"}
    assert job["environment_variable_names"] == ["DEBUG"]
    assert job["url"] in done.text and "hello" in done.text and "COMPLETED" in done.text


async def test_a_job_that_fails_says_why(hub_side):
    done = await jobs("run", fresh_token(), command=["python", "-c", "raise ValueError('no')"])

    status = done.content["outcome"]["job"]["status"]
    assert status == {"stage": "ERROR", "message": "Job failed with exit code: 1"}
    assert "ValueError: no" in done.text


async def test_a_detached_job_is_not_waited_for(hub_side):
    done = await jobs("run", fresh_token(), command=["sleep", "infinity"], detach=True)

    outcome = done.content["outcome"]
    assert "logs" not in outcome
    assert outcome["job"]["status"]["stage"] in ("SCHEDULING", "RUNNING")
    assert outcome["job"]["id"] in done.text
    assert not hub_side.asked("/logs$")


async def test_a_job_that_goes_on_is_followed_for_as_long_as_was_asked(hub_side):
    done = await jobs("run", fresh_token(), command=["python", "-c", FOREVER], wait_seconds=1)

    outcome = done.content["outcome"]
    assert (outcome["logs_finished"], outcome["logs_truncated"]) == (False, True)
    assert outcome["job"]["status"]["stage"] == "RUNNING"
    assert "the job goes on" in done.text


async def test_everything_that_was_asked_for_reaches_the_hub(hub_side):
    token = fresh_token()

    job_id = await start(
        token,
        "echo",
        " as it is ",
        image="hf.co/spaces/acme/image-maker",
        timeout="2h",
        labels={"team": "ml"},
        name="all",
        env={"A": "1"},
        secrets={"KEY": "k"},
        volumes=["hf://datasets/acme/squad/data:/data:ro", "hf://acme/tiny-llm:/model"],
    )

    job = await at_the_hub(hub_side, token, job_id)
    assert job["spaceId"] == "acme/image-maker"
    assert job["command"] == ["echo", " as it is "]
    assert job["timeoutSeconds"] == 7200
    assert job["labels"] == {"team": "ml", "name": "all"}
    assert job["environment"] == {"A": "1"}
    assert list(job["secrets"]) == ["KEY"]
    assert job["volumes"] == [
        {
            "type": "dataset",
            "source": "acme/squad",
            "mountPath": "/data",
            "readOnly": True,
            "path": "data",
        },
        {"type": "model", "source": "acme/tiny-llm", "mountPath": "/model"},
    ]


@pytest.mark.parametrize("place", ["secrets", "env"])
@pytest.mark.parametrize("placeholder", ["$HF_TOKEN", "${HF_TOKEN}"])
async def test_the_callers_own_token_is_passed_as_a_secret_and_shown_nowhere(
    hub_side, place, placeholder
):
    token = fresh_token()
    script = "import os\nprint(f'It is {os.environ[\"HF_TOKEN\"]}.')"

    done = await jobs("uv", token, script=script, **{place: {"HF_TOKEN": placeholder}})

    job = await at_the_hub(hub_side, token, done.content["outcome"]["job"]["id"])
    assert job["environment"] == {} and list(job["secrets"]) == ["HF_TOKEN"]
    assert done.content["outcome"]["logs"] == ["It is <redacted>."]
    assert token not in f"{done.text}{done.content}"


async def test_a_script_brings_its_packages_and_arguments(hub_side):
    script = "print('one')\nprint('two')"

    done = await jobs(
        "uv", fresh_token(), script=script, with_deps=["polars"], script_args=["--fast"]
    )

    outcome = done.content["outcome"]
    assert outcome["logs"] == ["Installed 1 packages in 12ms", "one", "two"]
    assert outcome["job"]["docker_image"].startswith("ghcr.io/astral-sh/uv")
    shell, line = outcome["job"]["command"][:2], outcome["job"]["command"][2]
    assert shell == ["/bin/sh", "-lc"]
    assert line.endswith("base64 -d | uv run --with polars - --fast")


@pytest.mark.parametrize(
    "script", ["https://huggingface.co/a/b/resolve/main/train.py", "train.py", "/data/my file.py"]
)
async def test_a_script_elsewhere_is_run_from_there(hub_side, script):
    done = await jobs("uv", fresh_token(), script=script, python="3.12", detach=True)

    command = done.content["outcome"]["job"]["command"]
    assert command == ["uv", "run", "-p", "3.12", script]


async def test_a_script_of_one_line_is_a_script(hub_side):
    done = await jobs("uv", fresh_token(), script="print(6 * 7)", detach=True)

    assert done.content["outcome"]["job"]["command"][:2] == ["/bin/sh", "-lc"]


async def test_a_command_in_one_line_is_split_as_a_shell_would(hub_side):
    done = await jobs(
        "run", fresh_token(), command="""python -c "print('a | b')" $HOME""", detach=True
    )

    assert done.content["outcome"]["job"]["command"] == ["python", "-c", "print('a | b')", "$HOME"]


async def test_hardware_is_what_the_hub_lists(hub_side):
    listed = await jobs("hardware", fresh_token())
    names = [each["name"] for each in listed.content["outcome"]["hardware"]]

    assert {"cpu-basic", "h200", "rtx-pro-6000"} <= {*names}
    with pytest.raises(ToolError, match=r"there is no 'sprx8'.*cpu-basic \(\$0\.01/h\).*h200") as e:
        await jobs("run", fresh_token(), command=HELLO, flavor="sprx8")
    assert all(name in str(e.value) for name in names)
    assert not [each for each in hub_side.asked("^/api/jobs/") if each["method"] == "POST"]


async def test_new_hardware_can_be_used(hub_side):
    done = await jobs("run", "hf_alice", command=HELLO, flavor="h200", detach=True)

    assert done.content["outcome"]["job"]["flavor"] == "h200"


async def test_a_job_is_not_refused_because_the_list_of_hardware_cannot_be_had(hub_side):
    hub_side.break_at("/api/jobs/hardware", status=500)

    done = await jobs("run", fresh_token(), command=HELLO)

    assert done.content["outcome"]["logs"] == ["hello"]


async def test_who_has_no_credit_is_told_where_to_get_some(hub_side, settings):
    with pytest.raises(ToolError, match="Pre-paid credit balance is insufficient") as error:
        await jobs("run", "hf_user_tanaka", command=HELLO)

    assert f"{settings.HF_ENDPOINT}/settings/billing" in str(error.value)


async def test_who_may_not_run_jobs_is_told_so(hub_side):
    with pytest.raises(ToolError, match=r"permissions do not allow it.*job\.write"):
        await jobs("run", "hf_bob", command=HELLO)


async def test_jobs_of_an_organization_are_its_own(hub_side):
    done = await jobs("run", "hf_alice", command=HELLO, namespace="acme")

    assert done.content["outcome"]["job"]["owner"]["name"] == "acme"


async def test_labels_are_replaced(hub_side):
    token = fresh_token()
    job_id = await start(token, "echo", name="first", labels={"team": "ml"})

    done = await jobs("update-labels", token, job_id=job_id, labels={"stage": "two"})
    assert done.content["outcome"]["job"]["labels"] == {"stage": "two"}

    done = await jobs("update-labels", token, job_id=job_id, labels={})
    assert "labels" not in done.content["outcome"]["job"]


async def test_a_job_is_canceled(hub_side):
    token = fresh_token()
    job_id = await start(token, "sleep", "infinity")

    done = await jobs("cancel", token, job_id=job_id)

    assert done.content["outcome"]["action"] == "canceled"
    inspected = await jobs("inspect", token, job_id=job_id)
    (inspection,) = inspected.content["outcome"]["inspections"]
    assert inspection["job"]["status"]["stage"] == "CANCELED"


async def test_several_jobs_are_inspected_and_one_that_is_missing_spoils_no_other(hub_side):
    token = fresh_token()
    job_id = await start(token, "echo", "a")

    done = await jobs("inspect", token, job_id=[job_id, "missing"])

    assert not done.is_error
    found, missing = done.content["outcome"]["inspections"]
    assert found["job"]["command"] == ["echo", "a"]
    assert missing["status"] == "error" and "missing" in missing["message"]
    assert job_id in done.text and "⚠️" in done.text


async def test_nothing_that_can_be_inspected_is_an_error(hub_side):
    done = await jobs("inspect", fresh_token(), job_id="missing")

    assert done.is_error


async def test_jobs_of_others_cannot_be_seen_or_touched(hub_side):
    alice, bob = fresh_token(), fresh_token()
    job_id = await start(alice, "sleep", "infinity")

    for operation, args in (
        ("logs", {"job_id": job_id}),
        ("cancel", {"job_id": job_id}),
        ("ps", {}),
        ("update-labels", {"job_id": job_id, "labels": {}}),
    ):
        with pytest.raises(ToolError, match="permissions do not allow"):
            await jobs(operation, bob, namespace=owner_of(alice), **args)
    done = await jobs("inspect", bob, namespace=owner_of(alice), job_id=job_id)
    assert done.is_error and "sleep" not in done.text


async def test_without_an_operation_there_is_a_guide(hub_side):
    done = await call("hf_jobs", fresh_token())

    assert done.content["outcome"]["kind"] == "usage"
    assert "scheduled suspend" in done.text and "$HF_TOKEN" in done.text


@pytest.mark.parametrize("args", [{}, {"help": True}, {"help": "true"}])
async def test_an_operation_explains_itself(hub_side, args):
    done = await jobs("run", fresh_token(), **args)

    assert done.content["outcome"]["kind"] == "help"
    assert "`command` (array of string or string, required)" in done.text
    assert not hub_side.asked()


async def test_arguments_beside_the_operation_are_taken_for_its_own(hub_side):
    done = await call("hf_jobs", fresh_token(), operation="run", command=HELLO)

    assert done.content["outcome"]["logs"] == ["hello"]


@pytest.mark.parametrize("spelled", ["Scheduled PS", "scheduled_ps", " scheduled  ps "])
async def test_an_operation_can_be_spelled_in_ways(hub_side, spelled):
    assert (await jobs(spelled, fresh_token())).content["operation"] == "scheduled ps"


async def test_an_unknown_operation_is_answered_with_those_there_are(hub_side):
    with pytest.raises(ToolError, match=r"no operation 'destroy'.*run, uv, ps"):
        await jobs("destroy", fresh_token())


REFUSED = {
    "shell syntax": ({"command": "ls | wc"}, "command.*no shell"),
    "an empty command": ({"command": []}, "command"),
    "an unknown argument": ({"command": ["a"], "hardware": "t4"}, "hardware.*Known arguments"),
    "two names": ({"command": ["a"], "name": "x", "labels": {"name": "y"}}, "labels.name"),
    "a timeout": ({"command": ["a"], "timeout": "soon"}, "timeout.*duration"),
    "a volume": ({"command": ["a"], "volumes": ["/data"]}, "volumes.*hf://"),
    "a volume as an object": ({"command": ["a"], "volumes": [{}]}, "volumes.*hf://"),
    "a label": ({"command": ["a"], "labels": {"a b": "c"}}, "labels"),
    "a variable twice": ({"command": ["a"], "env": {"A": "1"}, "secrets": {"A": "2"}}, "both"),
    "a group without its organization": ({"command": ["a"], "resource_group_id": "x"}, "namespace"),
    "a namespace": ({"command": ["a"], "namespace": "../x"}, "namespace"),
}


@pytest.mark.parametrize(("args", "reason"), REFUSED.values(), ids=REFUSED.keys())
async def test_what_cannot_be_meant_is_refused_by_name_and_never_sent(hub_side, args, reason):
    with pytest.raises(ToolError, match=f"(?s){reason}"):
        await jobs("run", fresh_token(), **args)

    assert not [each for each in hub_side.asked() if each["method"] == "POST"]
