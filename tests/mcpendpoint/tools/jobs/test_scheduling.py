import httpx
import pytest

from mcpendpoint.tools.base import ToolError
from tests.mcpendpoint.hub_side import fresh_token
from tests.mcpendpoint.tools.jobs.calling import jobs


async def create(token, **args):
    given = {"schedule": "@daily", "command": ["echo", "hi"], **args}
    done = await jobs("scheduled run", token, **given)
    return done.content["outcome"]["scheduled_job"]


async def ids_of(token, **args):
    done = await jobs("scheduled ps", token, **args)
    return [each["id"] for each in done.content["outcome"]["scheduled_jobs"]]


async def inspect(token, scheduled_id):
    done = await jobs("scheduled inspect", token, scheduled_job_id=scheduled_id)
    return done.content["outcome"]["scheduled_job"]


async def test_a_schedule_says_when_it_runs_next(hub_side):
    created = await create(fresh_token(), name="nightly", env={"A": "1"}, timeout="1h")

    assert created["schedule"] == "@daily" and created["suspended"] is False
    assert created["next_run"].endswith("T00:00:00Z")
    spec = created["job_spec"]
    assert spec["command"] == ["echo", "hi"] and spec["labels"] == {"name": "nightly"}
    assert spec["environment_variable_names"] == ["A"] and spec["timeout_seconds"] == 3600


async def test_a_script_runs_on_a_schedule(hub_side):
    done = await jobs(
        "scheduled uv", fresh_token(), schedule="0 9 * * 1-5", script="print(1)\n", suspend=True
    )

    created = done.content["outcome"]["scheduled_job"]
    assert created["suspended"] is True and "next_run" not in created
    assert created["job_spec"]["command"][:2] == ["/bin/sh", "-lc"]


async def test_when_it_ran_last_is_what_the_hub_says(hub_side):
    """The Hub tells it in `status`; it is read from nowhere else."""
    token = fresh_token()
    created = await create(token)
    run_now = f"{hub_side.url}/api/scheduled-jobs/{created['owner']['name']}/{created['id']}/run"
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {token}"}) as client:
        job = (await client.post(run_now)).json()

    inspected = await inspect(token, created["id"])
    assert inspected["last_job_id"] == job["id"]
    assert inspected["last_run"][:16] == job["createdAt"][:16]


async def test_a_schedule_is_suspended_and_resumed(hub_side):
    token = fresh_token()
    scheduled_id = (await create(token))["id"]

    await jobs("scheduled suspend", token, scheduled_job_id=scheduled_id)
    assert await ids_of(token) == []
    assert await ids_of(token, all=True) == [scheduled_id]
    assert (await inspect(token, scheduled_id))["suspended"] is True

    await jobs("scheduled resume", token, scheduled_job_id=scheduled_id)
    assert await ids_of(token) == [scheduled_id]


async def test_a_schedule_is_deleted(hub_side):
    token = fresh_token()
    scheduled_id = (await create(token))["id"]

    done = await jobs("scheduled delete", token, scheduled_job_id=scheduled_id)

    assert done.content["outcome"]["action"] == "deleted"
    assert await ids_of(token, all=True) == []
    with pytest.raises(ToolError, match="not found"):
        await inspect(token, scheduled_id)


async def test_labels_of_a_schedule_are_replaced_and_all_have_to_match(hub_side):
    token = fresh_token()
    scheduled_id = (await create(token, labels={"team": "ml", "kind": "a"}))["id"]
    await create(token, labels={"team": "ml", "kind": "b"})

    assert await ids_of(token, labels={"team": "ml", "kind": "a"}) == [scheduled_id]

    await jobs(
        "scheduled update-labels", token, scheduled_job_id=scheduled_id, labels={"team": "ops"}
    )
    assert await ids_of(token, labels={"team": "ops"}) == [scheduled_id]


async def test_a_schedule_that_is_none_is_refused_in_the_hubs_words(hub_side):
    with pytest.raises(ToolError, match="Invalid schedule"):
        await create(fresh_token(), schedule="whenever")


async def test_schedules_of_others_cannot_be_seen_or_touched(hub_side):
    alice, bob = fresh_token(), fresh_token()
    created = await create(alice)

    for operation in ("inspect", "suspend", "resume", "delete"):
        with pytest.raises(ToolError, match="permissions do not allow"):
            await jobs(
                f"scheduled {operation}",
                bob,
                namespace=created["owner"]["name"],
                scheduled_job_id=created["id"],
            )
    assert (await inspect(alice, created["id"]))["suspended"] is False
