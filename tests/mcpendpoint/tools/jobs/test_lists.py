import pytest

from mcpendpoint.tools.base import ToolError
from mcpendpoint.tools.jobs.arguments import InspectArguments, LogsArguments
from tests.mcpendpoint.hub_side import fresh_token
from tests.mcpendpoint.tools.jobs.calling import jobs, start


async def names_of(token, **args):
    done = await jobs("ps", token, **args)
    return [job.get("labels", {}).get("name") for job in done.content["outcome"]["jobs"]]


async def test_without_more_those_that_go_on_are_listed(hub_side):
    """Also those that wait for hardware: they cost nothing yet, but they will."""
    assert {"waits", "never-ends"} <= {*await names_of("hf_alice")}
    assert "train" not in await names_of("hf_alice")
    assert {"train", "fails", "canceled"} <= {*await names_of("hf_alice", all=True)}


@pytest.mark.parametrize("status", ["COMPLETED", "completed", "complete"])
async def test_a_stage_can_be_asked_for_without_asking_for_all(hub_side, status):
    names = await names_of("hf_alice", status=status)

    assert "train" in names and "never-ends" not in names


async def test_several_stages_can_be_asked_for(hub_side):
    names = await names_of("hf_alice", status="canceled,error")

    assert {"canceled", "fails"} <= {*names} and "train" not in names


async def test_an_unknown_stage_is_answered_with_those_there_are(hub_side):
    with pytest.raises(ToolError, match="status.*SCHEDULING, RUNNING, COMPLETED"):
        await jobs("ps", "hf_alice", status="sleeping")


async def test_every_label_has_to_match(hub_side):
    token = fresh_token()
    await start(token, "echo", name="one", labels={"team": "ml", "run": "1"})
    await start(token, "echo", name="two", labels={"team": "ml", "run": "2"})

    assert {*await names_of(token, all=True, labels={"team": "ml"})} == {"one", "two"}
    assert await names_of(token, all=True, labels={"team": "ml", "run": "2"}) == ["two"]


async def test_lists_are_paged(hub_side):
    token = fresh_token()
    for number in range(5):
        await start(token, "echo", name=f"job-{number}")

    found, cursor = [], None
    for _ in range(3):
        more = {"cursor": cursor} if cursor else {}
        done = await jobs("ps", token, all=True, limit=2, **more)
        found += [job["labels"]["name"] for job in done.content["outcome"]["jobs"]]
        cursor = done.content["outcome"].get("next_cursor")
        assert (cursor is None) or cursor in done.text

    assert cursor is None
    assert {*found} == {f"job-{number}" for number in range(5)} and len(found) == 5


async def test_a_cursor_is_for_one_list_only(hub_side):
    token = fresh_token()
    for _ in range(2):
        await start(token, "echo")
    done = await jobs("ps", token, all=True, limit=1)
    cursor = done.content["outcome"]["next_cursor"]

    with pytest.raises(ToolError, match="cursor"):
        await jobs("ps", token, limit=1, cursor=cursor)
    with pytest.raises(ToolError, match="cursor"):
        await jobs("ps", token, limit=1, cursor="nonsense")


async def test_who_has_no_jobs_is_told_so(hub_side):
    done = await jobs("ps", fresh_token())

    assert done.content["outcome"]["jobs"] == []
    assert "No jobs of visitor" in done.text and '{"all": true}' in done.text


async def test_a_name_cannot_break_out_of_the_table(hub_side):
    token = fresh_token()
    await start(token, "echo", "a | b\n\n# Heading")

    done = await jobs("ps", token, all=True)

    assert "\n# Heading" not in done.text and "a \\| b" in done.text


@pytest.mark.parametrize(
    "written",
    ["https://huggingface.co/jobs/acme/0123abc", "hf.co/jobs/acme/0123abc?x=1", "acme/0123abc"],
)
def test_a_job_is_known_by_its_page(written):
    for model in (LogsArguments, InspectArguments):
        assert model.model_validate({"job_id": written}) == model(
            job_id="0123abc", namespace="acme"
        )


async def test_a_list_is_cut_here_since_the_hub_knows_no_limit(hub_side):
    seen, cursor = [], None
    for _ in range(30):
        args = {"all": True, "limit": 7, "namespace": "zuerich-nlp", "cursor": cursor}
        page = (await jobs("ps", "hf_alice", **args)).content["outcome"]
        assert len(page["jobs"]) <= 7
        seen += [job["id"] for job in page["jobs"]]
        cursor = page.get("next_cursor")
        if cursor is None:
            break

    assert len(seen) == len(set(seen)) >= 60
    assert not any("limit" in request["query"] for request in hub_side.asked("/api/jobs/zuerich"))


async def test_every_label_of_scheduled_jobs_has_to_match(hub_side):
    token = fresh_token()
    for labels in ({"team": "ml", "env": "prod"}, {"team": "ml", "env": "test"}):
        args = {"schedule": "@daily", "command": ["ls"], "labels": labels}
        await jobs("scheduled run", token, **args)

    done = await jobs("scheduled ps", token, labels={"team": "ml", "env": "prod"})

    (job,) = done.content["outcome"]["scheduled_jobs"]
    assert job["job_spec"]["labels"] == {"team": "ml", "env": "prod"}
    (asked,) = hub_side.asked("/api/scheduled-jobs/[^/]+$")[-1:]
    assert asked["query"].count("label=") == 1
