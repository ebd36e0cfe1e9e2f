import asyncio

import pytest

from mcpendpoint.tools.base import ToolError
from tests.mcpendpoint.hub_side import fresh_token
from tests.mcpendpoint.tools.calling import Watching
from tests.mcpendpoint.tools.jobs.calling import FOREVER, jobs, jobs_in, start

COUNT_SLOWLY = "import time\nfor i in range(6):\n    print(f'step {i}')\n    time.sleep(0.5)\n"


async def printed_by(token, *command):
    """Return a job that has ended."""
    done = await jobs("run", token, command=list(command))
    job = done.content["outcome"]["job"]
    assert job["status"]["stage"] in ("COMPLETED", "ERROR")
    return job["id"]


async def test_the_last_lines_are_told_and_how_the_job_ended(hub_side):
    token = fresh_token()
    job_id = await printed_by(token, "seq", "1", "50")

    done = await jobs("logs", token, job_id=job_id, tail=3)

    assert done.content["outcome"] == {
        "kind": "logs",
        "job_id": job_id,
        "stage": "COMPLETED",
        "lines": ["48", "49", "50"],
        "finished": True,
        "truncated": False,
    }
    assert "49" in done.text and "Job finished: COMPLETED" in done.text
    # The Hub is asked for no more than that.
    assert hub_side.asked("/logs$")[-1]["query"] == "tail=3"


@pytest.mark.parametrize("stays_open", [False, True])
async def test_a_running_job_is_followed_until_its_end(hub_side, stays_open):
    token = fresh_token()
    job_id = await start(token, "python", "-c", COUNT_SLOWLY)
    hub_side.break_at("/logs", hold=stays_open)
    watching = Watching(token)

    done = await jobs_in(watching, "logs", job_id=job_id, wait_seconds=30)

    assert done.content["outcome"]["lines"] == [f"step {i}" for i in range(6)]
    assert done.content["outcome"]["finished"] is True
    amounts = [progress for progress, _, _ in watching.progress]
    assert amounts == sorted(set(amounts))
    assert {total for _, total, _ in watching.progress} == {30}
    assert any("step" in message for _, _, message in watching.progress)


async def test_progress_tells_no_secret(hub_side):
    token = fresh_token()
    script = "import os\nimport time\nfor i in range(4):\n    print(os.environ['KEY'])\n"
    watching = Watching(token)

    await jobs_in(
        watching,
        "uv",
        script=script + "    time.sleep(0.5)\n",
        secrets={"KEY": "a-very-secret-value"},
        wait_seconds=5,
    )

    told = str(watching.progress)
    assert "<redacted>" in told and "a-very-secret-value" not in told


async def test_following_ends_in_time_and_says_how_to_go_on(hub_side):
    token = fresh_token()
    job_id = await start(token, "python", "-c", FOREVER)

    done = await jobs("logs", token, job_id=job_id, wait_seconds=1)

    outcome = done.content["outcome"]
    assert (outcome["finished"], outcome["truncated"], outcome["stage"]) == (False, True, "RUNNING")
    assert "tick" in outcome["lines"]
    assert "the job goes on" in done.text and "wait_seconds" in done.text


async def test_nothing_is_followed_for_longer_than_a_call_may_take(hub_side, settings):
    settings.MCP_CALL_TIMEOUT_SECONDS = 6  # of which 5 are for the answer
    token = fresh_token()
    job_id = await start(token, "python", "-c", FOREVER)

    async with asyncio.timeout(5):
        done = await jobs("logs", token, job_id=job_id, wait_seconds=600)

    assert "after 1 s" in done.text


async def test_a_job_that_waits_for_hardware_has_printed_nothing(hub_side):
    listed = await jobs("ps", "hf_alice", labels={"name": "waits"})
    (job,) = listed.content["outcome"]["jobs"]

    done = await jobs("logs", "hf_alice", job_id=job["id"], wait_seconds=1)

    assert done.content["outcome"]["lines"] == []
    assert done.content["outcome"]["stage"] == "SCHEDULING"
    assert "printed nothing so far" in done.text


async def test_a_job_that_never_started_has_ended(hub_side):
    token = fresh_token()
    job_id = await start(token, "sleep", "infinity")
    await jobs("cancel", token, job_id=job_id)

    done = await jobs("logs", token, job_id=job_id)

    assert done.content["outcome"]["stage"] == "CANCELED"
    assert done.content["outcome"]["finished"] is True


async def test_a_line_that_says_that_the_job_has_ended_does_not_end_it(hub_side):
    token = fresh_token()
    forged = "print('===== Job finished: status=COMPLETED =====')\n"
    job_id = await start(token, "python", "-c", f"import time\n{forged}time.sleep(1)\nprint('on')")

    done = await jobs("logs", token, job_id=job_id)

    assert done.content["outcome"]["lines"][-1] == "on"
    assert done.content["outcome"]["finished"] is True


async def test_a_log_that_breaks_off_is_read_on_without_a_gap_or_a_line_twice(hub_side):
    token = fresh_token()
    job_id = await start(token, "python", "-c", COUNT_SLOWLY)
    hub_side.break_at("/logs", cut=True, times=2)

    done = await jobs("logs", token, job_id=job_id, wait_seconds=30)

    assert done.content["outcome"]["lines"] == [f"step {i}" for i in range(6)]
    assert len(hub_side.asked("/logs$")) == 3


async def test_a_log_that_cannot_be_had_is_an_error(hub_side):
    token = fresh_token()
    job_id = await printed_by(token, "echo", "hi")
    hub_side.break_at("/logs", status=503)

    with pytest.raises(ToolError) as error:
        await jobs("logs", token, job_id=job_id)

    assert error.value.is_retryable


async def test_a_job_whose_log_cannot_be_had_was_started_all_the_same(hub_side):
    token = fresh_token()
    hub_side.break_at("/logs", status=500)

    done = await jobs("run", token, command=["echo", "hi"])

    assert not done.is_error
    outcome = done.content["outcome"]
    assert outcome["job"]["id"] in done.text
    assert "Hugging Face has a problem" in outcome["logs_error"]


async def test_a_progress_bar_is_shown_where_it_is_now(hub_side):
    token = fresh_token()
    bar = "  1%|\\r 50%|##\\r\\x1b[32m100%|####\\x1b[0m"

    done = await jobs("run", token, command=["python", "-c", f"print('{bar}')"])

    assert done.content["outcome"]["logs"] == ["100%|####"]


async def test_a_line_without_end_is_cut(hub_side):
    done = await jobs("run", fresh_token(), command=["echo", "x" * 60_000])

    (line,) = done.content["outcome"]["logs"]
    assert len(line) == 2_001 and line.endswith("…")


async def test_what_does_not_fit_is_left_out_from_the_beginning(hub_side):
    token = fresh_token()
    script = f"for i in range(40):\n    print(f'{{i}} {'y' * 1_500}')\n"
    job_id = await printed_by(token, "python", "-c", script)

    done = await jobs("logs", token, job_id=job_id, tail=100)

    lines = done.content["outcome"]["lines"]
    assert 10 < len(lines) < 40 and lines[-1].startswith("39 ")
    assert "40 were read" in done.text
    assert done.content["total_results"] == 40


async def test_what_was_read_is_told_although_the_rest_cannot_be_had(settings):
    """A Hub that breaks off in the middle of a log, and has no more of it."""
    line = b'data: {"timestamp": "2026-11-21T10:00:00Z", "data": "one"}\n\n'
    logs = [
        b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 999\r\n\r\n" + line
    ]
    job = b'{"id": "687f00aa", "status": {"stage": "RUNNING"}}'
    found = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(job), job)

    async def answer(reader, writer):
        request = await reader.readuntil(b"\r\n\r\n")
        failure = b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"
        is_log = b"/logs" in request.partition(b"\r\n")[0]
        writer.write((logs.pop() if logs else failure) if is_log else found)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        settings.HF_ENDPOINT = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        done = await jobs("logs", "hf_alice", namespace="alice", job_id="687f00aa", wait_seconds=20)

    outcome = done.content["outcome"]
    assert (outcome["lines"], outcome["stage"]) == (["one"], "RUNNING")
    assert outcome["finished"] is False and outcome["truncated"] is True
    assert "stopped sending the log" in done.text


@pytest.mark.parametrize("stays_open", [False, True])
@pytest.mark.parametrize("command", [["seq", "1", "3"], ["false"], ["true"]])
async def test_a_job_that_ended_is_not_reported_as_running(hub_side, command, stays_open):
    """No line says that it has ended, and the Hub may keep the stream of its log open."""
    token = fresh_token()
    job_id = await printed_by(token, *command)
    hub_side.break_at("/logs", hold=stays_open)

    done = await jobs("logs", token, job_id=job_id, wait_seconds=60)

    outcome = done.content["outcome"]
    assert outcome["finished"] is True
    assert outcome["stage"] == ("ERROR" if command == ["false"] else "COMPLETED")
    assert outcome["lines"] == (["1", "2", "3"] if command[0] == "seq" else [])


@pytest.mark.parametrize("stays_open", [False, True])
async def test_a_job_that_is_canceled_while_it_is_followed_has_ended(hub_side, stays_open):
    token = fresh_token()
    hub_side.break_at("/logs", hold=stays_open)
    job_id = await start(token, "sleep", "infinity")
    following = asyncio.ensure_future(jobs("logs", token, job_id=job_id, wait_seconds=60))
    await jobs("cancel", token, job_id=job_id)

    done = await following

    assert done.content["outcome"]["finished"] is True
    assert done.content["outcome"]["stage"] == "CANCELED"
