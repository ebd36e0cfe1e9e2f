"""Many operations at once: each has its own outcome, and none affects another."""

import asyncio
import logging

import pytest
from pydantic import ValidationError

from mcpendpoint.tools.hf_fs.tool import FsArguments
from mcpendpoint.tools.hf_fs.trending import Trending
from tests.mcpendpoint.hub_side import fresh_token
from tests.mcpendpoint.tools.calling import Watching
from tests.mcpendpoint.tools.hf_fs.calling import error_of, run, run_in

TINY = "hf://models/acme/tiny-llm"
NOTES = f"{TINY}/notes.txt"
AT_NOTES = "notes.txt"


async def test_results_keep_the_order_of_the_operations(hub_side):
    hub_side.break_at(AT_NOTES, delay=0.2)

    batch = await run(f"cat {NOTES}", "ls hf://", "stat hf://models/acme", "ls hf://x")

    results = [item.get("result", {}).get("op") for item in batch.items]
    assert results == ["cat", "ls", "stat", None]
    assert batch.text.index("## Operation 1") < batch.text.index("## Operation 4")
    assert batch.text.count("\n\n---\n\n") == 3


@pytest.mark.parametrize(
    ("fault", "code", "is_retryable"),
    [
        ({"status": 429}, "RATE_LIMITED", True),
        ({"status": 500}, "UNAVAILABLE", True),
        ({"status": 502, "body": "<html><title>Bad gateway</title></html>"}, "UNAVAILABLE", True),
        ({"status": 503}, "UNAVAILABLE", True),
        ({"cut": True}, "UNAVAILABLE", True),
        ({"status": 401}, "ACCESS_DENIED", False),
        ({"status": 403}, "ACCESS_DENIED", False),
        ({"status": 404}, "NOT_FOUND", False),
        ({"status": 400}, "INVALID_ARGUMENT", False),
        ({"status": 302, "headers": {"Location": "https://10.0.0.1/"}}, "BAD_ANSWER", False),
    ],
)
async def test_one_failure_is_one_items(hub_side, fault, code, is_retryable):
    if fault.get("status", 0) >= 500:
        fault = {"headers": {"Retry-After": "0"}, **fault}
    hub_side.break_at(AT_NOTES, **fault)
    hub_side.break_at("paths-info", status=200, body="[]")

    batch = await run(
        f"cat {TINY}/config.json", f"cat {NOTES}", "ls hf://models/trending", token=fresh_token()
    )

    first, failed, last = batch.items
    assert (first["status"], last["status"]) == ("success", "success")
    assert failed["error"]["code"] == f"HF_FS_{code}"
    assert failed["error"]["retryable"] is is_retryable
    assert failed["error"]["recovery"]
    assert f"[HF_FS_{code}]" in batch.text
    assert not batch.is_error


async def test_a_rate_limit_says_when_to_try_again(hub_side):
    hub_side.break_at(AT_NOTES, status=429)

    error = await error_of(f"cat {NOTES}")

    assert error["retry_after_seconds"] == 55
    assert "55 seconds" in error["recovery"]


async def test_a_slow_answer_is_one_items(hub_side, settings):
    settings.HF_TIMEOUT_SECONDS = 0.3
    hub_side.break_at(AT_NOTES, delay=3)

    batch = await run(f"cat {NOTES}", f"cat {TINY}/config.json")

    assert batch.items[0]["error"]["code"] == "HF_FS_UNAVAILABLE"
    assert batch.items[1]["status"] == "success"


async def test_what_is_done_in_time_is_returned(hub_side, settings):
    settings.MCP_CALL_TIMEOUT_SECONDS = 0.3
    hub_side.break_at(AT_NOTES, delay=3)

    batch = await run(f"cat {NOTES}", "ls hf://")

    error = batch.items[0]["error"]
    assert (error["code"], error["retryable"]) == ("HF_FS_UNAVAILABLE", True)
    assert batch.items[1]["status"] == "success"


async def test_a_bug_is_one_items_and_logged_without_what_was_asked(hub_side, monkeypatch, caplog):
    secret = "".join(("to", "ken"))

    async def fail(self, operation, fs):
        raise KeyError(secret)

    monkeypatch.setattr(Trending, "stat", fail)
    with caplog.at_level(logging.ERROR):
        batch = await run("stat hf://models/trending", "ls hf://")

    assert batch.items[0]["error"]["code"] == "HF_FS_INTERNAL_ERROR"
    assert batch.items[1]["status"] == "success"
    assert "KeyError" in caplog.text
    assert secret not in caplog.text + batch.text


async def test_it_is_an_error_when_nothing_worked(hub_side):
    assert (await run("ls x", "ls hf://bogus")).is_error
    assert not (await run("ls x", "ls hf://")).is_error
    assert not (await run(f"stat {TINY}/nothing")).is_error


async def test_progress_counts_operations(hub_side):
    context = Watching()

    await run_in(context, "ls hf://", f"stat {NOTES}", "ls x")

    assert [(done, total) for done, total, _ in context.progress] == [(1, 3), (2, 3), (3, 3)]
    assert {message for _, _, message in context.progress} == {
        "ls hf://",
        f"stat {NOTES}",
        "ls x",
    }


async def test_a_cancelled_call_asks_the_hub_for_nothing_more(hub_side):
    await run("stat hf://models/acme")  # opens a connection
    hub_side.break_at("^/acme/tiny-llm/resolve", delay=0.3)
    lines = [f"cat {TINY}/shards/part-{number:03}.txt" for number in range(30)]

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(run(*lines), timeout=0.2)
    await asyncio.sleep(0.4)

    assert hub_side.asked("/resolve/")
    assert hub_side.asked("/resolve-cache/") == []  # where they would have been sent to next


async def test_the_same_question_is_asked_once(hub_side):
    await run(*[f"cat {NOTES}"] * 10)

    assert len(hub_side.asked("/resolve/")) == 1


async def test_callers_at_the_same_time_get_what_is_theirs(hub_side):
    lines = ["cat hf://datasets/alice/diary/README.md", "stat hf://models/alice/private"]
    tokens = ["hf_alice", "hf_bob", None] * 4

    batches = await asyncio.gather(*(run(*lines, token=token) for token in tokens))

    for token, batch in zip(tokens, batches, strict=True):
        read, stat = batch.items
        if token == "hf_alice":
            assert "Diary" in read["result"]["content"]
            assert stat["result"]["exists"]
        else:
            assert read["status"] == "error"
            assert "Diary" not in batch.text
            assert not stat.get("result", {}).get("exists")


async def test_a_token_appears_nowhere(hub_side, caplog):
    token = "hf_user_secretive"
    hub_side.break_at(AT_NOTES, status=500, headers={"Retry-After": "0"})

    batch = await run(f"cat {NOTES}", "ls hf://models/alice", token=token)

    assert "secretive" not in batch.text + str(batch.content) + caplog.text


@pytest.mark.parametrize(
    "operations",
    [
        [],
        [{"cmd": "ls", "args": ["hf://"]}] * 31,
        [{"cmd": "rm", "args": ["hf://"]}],
        [{"cmd": "ls"}],
        [{"cmd": "ls", "args": ["hf://"], "cwd": "/"}],
        [{"cmd": "ls", "args": ["x"] * 61}],
        [{"cmd": "ls", "args": [None]}],
    ],
)
def test_arguments_are_checked(operations):
    with pytest.raises(ValidationError):
        FsArguments.model_validate({"operations": operations})


def test_numbers_are_as_good_as_their_digits_and_spaces_are_kept():
    arguments = FsArguments.model_validate(
        {"operations": [{"cmd": "ls", "args": ["hf://models", "--limit", 5, " x "]}]}
    )

    assert arguments.operations[0].args == ["hf://models", "--limit", "5", " x "]
