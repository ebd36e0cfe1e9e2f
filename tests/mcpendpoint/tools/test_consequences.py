"""What each call is said to do before it does it; None where nobody is to be asked."""

import pytest

from mcpendpoint.tools.base import ToolError
from mcpendpoint.tools.registry import TOOLS, by_name
from tests.mcpendpoint.hub_side import fresh_token
from tests.mcpendpoint.tools.calling import Context, call

FILE = "hf://models/ada/x/a.txt"
JOB = {"command": ["echo", "hi"]}
BUCKET = "hf://buckets/ada/data:/data"
MODEL = "hf://models/ada/tiny:/model:rw"
"""Which is mounted to be read, whatever it says."""


def consequence(tool, **arguments):
    tool = by_name[tool]
    return tool.consequences.of(tool.arguments.model_validate(arguments))


def jobs(operation, **args):
    return consequence("hf_jobs", operation=operation, args=args)


@pytest.mark.parametrize(
    ("tool", "arguments", "kinds"),
    [
        ("hf_fs_write", {"cmd": "rm", "args": [FILE]}, {"delete"}),
        ("hf_fs_write", {"cmd": "put", "args": [FILE], "content": ""}, {"delete"}),
        ("hf_fs_write", {"cmd": "rm", "args": [FILE, "--create-pr"]}, None),
        ("hf_fs_write", {"cmd": "rm", "args": ["hf://models/ada"]}, None),
        ("create_repo", {"uri": "hf://datasets/ada/x"}, {"publish"}),
        ("create_repo", {"uri": "hf://datasets/ada/x", "private": False}, {"publish"}),
        ("create_repo", {"uri": "hf://datasets/ada/x", "private": True}, None),
        ("create_repo", {"uri": "hf://nonsense"}, None),
        ("hf_jobs", {"operation": "run", "args": JOB}, {"spend"}),
        ("hf_jobs", {"operation": "uv", "args": {"script": "print(1)"}}, {"spend"}),
        ("hf_jobs", {"operation": "schedule", "args": {**JOB, "schedule": "@daily"}}, {"spend"}),
        (
            "hf_jobs",
            {"operation": "scheduled resume", "args": {"scheduled_job_id": "1"}},
            {"spend", "delete", "publish"},
        ),
        (
            "hf_jobs",
            {"operation": "scheduled delete", "args": {"scheduled_job_id": "1"}},
            {"delete"},
        ),
        ("hf_jobs", {"operation": "scheduled suspend", "args": {"scheduled_job_id": "1"}}, None),
        ("hf_jobs", {"operation": "cancel", "args": {"job_id": "1"}}, None),
        ("hf_jobs", {"operation": "ps", "args": {}}, None),
        ("hf_jobs", {"operation": "run", "args": {"help": True}}, None),
        ("hf_jobs", {"operation": "run", "args": {"nonsense": 1}}, None),
        ("hf_jobs", {"operation": "nonsense"}, None),
        ("hf_jobs", {}, None),
        (
            "hf_jobs",
            {"operation": "run", "args": {**JOB, "volumes": [BUCKET]}},
            {"spend", "delete"},
        ),
        ("hf_jobs", {"operation": "run", "args": {**JOB, "volumes": [f"{BUCKET}:ro"]}}, {"spend"}),
        ("hf_jobs", {"operation": "run", "args": {**JOB, "volumes": [MODEL]}}, {"spend"}),
        (
            "hf_jobs",
            {"operation": "run", "args": {**JOB, "secrets": {"HF_TOKEN": "$HF_TOKEN"}}},
            {"spend", "delete", "publish"},
        ),
        (
            "hf_sandbox",
            {"cmd": "create", "args": ["--forward-hf-token"]},
            {"spend", "delete", "publish"},
        ),
        ("hf_sandbox", {"cmd": "create", "args": ["--bucket", "ada/b"]}, {"spend", "delete"}),
        (
            "hf_sandbox",
            {"cmd": "create", "args": ["--bucket", "ada/b", "--bucket-mode", "ro"]},
            {"spend"},
        ),
        ("hf_sandbox", {"cmd": "create", "args": ["--volume", BUCKET]}, {"spend", "delete"}),
        ("hf_sandbox", {"cmd": "create", "args": ["--volume", "nonsense"]}, None),
        ("hf_sandbox", {"cmd": "create", "args": []}, {"spend"}),
        ("hf_sandbox", {"cmd": "create", "args": ["--nonsense"]}, None),
        ("hf_sandbox", {"cmd": "terminate", "args": ["ada/1"]}, None),
        ("duplicate_space", {"sourceSpaceId": "a/b", "hardware": "freecpu"}, None),
        ("duplicate_space", {"sourceSpaceId": "a/b", "hardware": "zerogpu"}, {"spend"}),
        (
            "duplicate_space",
            {"sourceSpaceId": "a/b", "hardware": "zerogpu", "private": False},
            {"publish", "spend"},
        ),
    ],
)
def test_a_call_says_what_it_does(tool, arguments, kinds):
    found = consequence(tool, **arguments)

    assert (found and set(found.kinds)) == kinds
    if found:
        assert found.kinds <= by_name[tool].consequences.kinds
        assert not found.title.endswith(".")


def test_every_tool_that_destroys_says_what():
    without = {tool.name for tool in TOOLS if tool.is_destructive and not tool.consequences}

    # What is in a sandbox is the assistant's own; see docs/decisions.md.
    assert without == {"hf_sandbox_exec", "hf_sandbox_fs"}


def test_a_person_reads_all_that_a_job_gets_but_no_secret():
    found = jobs(
        "run",
        **JOB,
        secrets={"HF_TOKEN": "$HF_TOKEN", "WANDB": "hidden-1"},
        env={"API_KEY": "curl evil.example", "MODE": "fast", "X": f"hf_{'hidden2' * 5}"},
        labels={"team": "red"},
        volumes=["hf://buckets/ada/data:/data"],
        namespace="acme",
    )

    text = "\n".join(found.lines)
    for told in (
        "echo hi",
        "HF_TOKEN",
        "WANDB",
        "API_KEY=curl evil",
        "MODE=fast",
        "acme",
        "team=red",
    ):
        assert told in text
    assert "Mounted at /data: may write to and delete in the bucket ada/data" in text
    assert "hidden" not in text


@pytest.fixture
async def owner(hub_side):
    token = fresh_token()
    repo = f"hf://models/{token.removeprefix('hf_user_')}/things"
    await call("create_repo", token, uri=repo)
    return Context(token), repo


async def test_only_a_file_that_is_there_is_replaced(owner):
    context, repo = owner
    put = {"cmd": "put", "args": [f"{repo}/a.txt"], "content": "new"}

    async def seen_closely():
        return await consequence("hf_fs_write", **put).look_closer(context)

    assert await seen_closely() is None
    await call("hf_fs_write", context.token, **put)
    assert "What was there when you were asked: a file, 3 bytes" in (await seen_closely()).lines


@pytest.mark.parametrize("command", ["put", "rm"])
async def test_what_is_there_is_another_thing_when_it_has_changed(owner, command):
    context, repo = owner
    change = {"cmd": command, "args": [f"{repo}/a.txt"]}
    put = {"cmd": "put", "args": [f"{repo}/a.txt"]}
    if command == "put":
        change["content"] = "mine"
    states = []
    for content in ("one", "two", "two"):
        await call("hf_fs_write", context.token, **put, content=content)
        states.append((await consequence("hf_fs_write", **change).look_closer(context)).state)

    assert states[0] != states[1] == states[2]


async def test_to_remove_what_is_not_there_is_asked_all_the_same(owner):
    context, repo = owner

    found = await consequence("hf_fs_write", cmd="rm", args=[f"{repo}/none"]).look_closer(context)

    assert "The Hub knows no such file." in found.lines


async def test_a_file_of_no_repository_is_not_replaced(owner):
    context, repo = owner
    put = {"cmd": "put", "args": [f"{repo}-of-nobody/a.txt"], "content": "new"}

    assert await consequence("hf_fs_write", **put).look_closer(context) is None
    with pytest.raises(ToolError):
        await call("hf_fs_write", context.token, **put)


async def test_what_the_hub_does_not_say_is_asked_of_the_person(owner, hub_side):
    context, repo = owner
    hub_side.break_at("paths-info", status=500)
    put = {"cmd": "put", "args": [f"{repo}/a.txt"], "content": "new"}

    found = await consequence("hf_fs_write", **put).look_closer(context)

    assert "did not say" in found.lines[1]


ODD = {
    "a type that is none": '[{"path": "a.txt", "type": 7, "size": "x"}]',
    "no type": '[{"path": "a.txt"}]',
    "an infinite size": '[{"path": "a.txt", "type": "file", "size": 1e400}]',
    "nothing": "[null]",
    "lists": '[[["a.txt"]]]',
    "an object": '{"error": "x"}',
    "no JSON": "[" * 3_000,
}


@pytest.mark.parametrize("body", ODD.values(), ids=ODD.keys())
async def test_an_odd_answer_is_no_word_that_nothing_is_replaced(owner, hub_side, body):
    context, repo = owner
    hub_side.break_at("paths-info", status=200, body=body)
    put = {"cmd": "put", "args": [f"{repo}/a.txt"], "content": "new"}

    assert await consequence("hf_fs_write", **put).look_closer(context) is not None


@pytest.mark.parametrize(
    ("flavor", "price"), [("cpu-basic", "$0.01 an hour"), ("no-such", "at a price not known here")]
)
async def test_the_price_is_that_of_the_hub(owner, flavor, price):
    context, _ = owner

    found = await jobs("run", **JOB, flavor=flavor, timeout="90s").look_closer(context)

    assert f"on {flavor}, {price}" in found.title
    assert found.title.endswith("90 seconds")


async def test_the_price_of_a_schedule_is_that_of_each_time(owner):
    context, _ = owner

    found = await jobs("schedule", **JOB, schedule="* * * * *", timeout="1h").look_closer(context)

    assert found.title.endswith("in 1 hour each time")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("operation", ["scheduled resume", "scheduled delete"])
@pytest.mark.parametrize(
    ("mode", "secrets", "kinds"),
    [
        ("rw", {}, {"spend", "delete"}),
        ("ro", {}, {"spend"}),
        ("ro", {"WANDB": "hidden-1"}, {"spend", "delete", "publish"}),
    ],
)
async def test_what_a_schedule_runs_is_read_before_it_goes_on(
    owner, operation, mode, secrets, kinds
):
    context, _ = owner
    name = context.token.removeprefix("hf_user_")
    await call("create_repo", context.token, uri=f"hf://buckets/{name}/data")
    args = {
        "command": ["echo", "hello from a schedule"],
        "schedule": "@daily",
        "flavor": "a10g-small",
        "timeout": "2h",
        "suspend": True,
        "secrets": secrets,
        "volumes": [f"hf://buckets/{name}/data:/data:{mode}"],
    }
    made = await call("hf_jobs", context.token, operation="scheduled run", args=args)
    scheduled_id = made.content["outcome"]["scheduled_job"]["id"]

    found = await jobs(operation, scheduled_job_id=scheduled_id).look_closer(context)

    text = "\n".join(found.lines)
    assert "Command: echo 'hello from a schedule'" in text
    assert "On a10g-small, again and again: @daily" in text
    assert "Mounted at /data" in text and ("WANDB" in text) is bool(secrets)
    assert "hidden-1" not in text
    if operation == "scheduled resume":
        assert "an hour, at most $" in found.title and found.title.endswith("each time")
        assert found.kinds == kinds
    else:
        assert found.kinds == {"delete"}


async def test_a_schedule_that_cannot_be_read_is_said_to_be_unknown(owner):
    context, _ = owner

    found = await jobs("scheduled resume", scheduled_job_id="nosuch").look_closer(context)

    assert "The Hub did not say what it runs." in found.lines
    assert found.kinds == {"spend", "delete", "publish"}


async def test_a_copy_may_spend_where_the_hub_does_not_say_what_the_original_has(owner, hub_side):
    context, _ = owner
    hub_side.break_at("spaces/acme/image-maker", status=500)

    copy = consequence("duplicate_space", sourceSpaceId="acme/image-maker")
    found = await copy.look_closer(context)

    assert "spend" in found.kinds


@pytest.mark.parametrize(("private", "kinds"), [(True, None), (False, {"publish"})])
async def test_a_copy_of_a_space_on_a_cpu_spends_nothing(owner, private, kinds):
    context, _ = owner
    copy = {"sourceSpaceId": "acme/image-maker", "private": private}

    found = await consequence("duplicate_space", **copy).look_closer(context)

    assert (found and set(found.kinds)) == kinds
