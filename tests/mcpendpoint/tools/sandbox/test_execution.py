import pytest

from mcpendpoint.tools.base import ToolError
from mcpendpoint.tools.sandbox.output import MAX_KEPT_CHARS, Output
from tests.mcpendpoint.hub_side import fresh_token
from tests.mcpendpoint.tools.calling import Watching
from tests.mcpendpoint.tools.sandbox.calling import create, execute, execute_in


async def test_a_command_says_what_it_printed_and_how_it_ended(hub_side):
    token = fresh_token()
    handle = await create(token)

    done = await execute(token, handle, "echo one && echo two && no-such-program")

    assert done.content["stdout"] == "one\ntwo\n"
    assert done.content["stderr"] == "exec: no-such-program: not found\n"
    assert done.content["returncode"] == 127
    assert done.content["timed_out"] is False
    assert done.text.startswith("exit 127") and "one\ntwo" in done.text


async def test_a_command_gets_variables_and_input(hub_side):
    token = fresh_token()
    handle = await create(token)

    done = await execute(
        token, handle, "echo $NAME && cat", "--env", "NAME=a=b", "--stdin", " as it is "
    )

    assert done.content["stdout"] == "a=b\n as it is \n"


async def test_a_command_that_takes_too_long_is_ended(hub_side):
    token = fresh_token()
    handle = await create(token)

    done = await execute(token, handle, "echo started; sleep infinity", "--timeout", "1")

    assert done.content["timed_out"] is True and done.content["stdout"] == "started\n"
    assert "timed out" in done.text


async def test_a_command_can_be_left_running(hub_side):
    token = fresh_token()
    handle = await create(token)

    done = await execute(token, handle, "sleep infinity", "--detach", "--tag", "t")

    assert done.content["detached"] is True and done.content["tag"] == "t"
    assert done.content["process_id"] in done.text


async def test_who_wants_to_know_sees_what_is_printed(hub_side):
    watching = Watching(fresh_token())
    handle = await create(watching.token)

    await execute_in(watching, handle, "echo on the way; sleep 0.5", "--timeout", "20")

    assert any("on the way" in message for _, total, message in watching.progress if total == 20)


@pytest.mark.parametrize("fault", [{"status": 502}, {"status": 504}, {"cut": True}])
async def test_a_lost_connection_does_not_have_a_command_run_twice(hub_side, fault):
    token = fresh_token()
    handle = await create(token)
    hub_side.break_at("/v1/exec", **fault)

    with pytest.raises(ToolError, match="(?i)connection was lost.*look") as error:
        await execute(token, handle, "echo hi")

    assert not error.value.is_retryable
    assert len(hub_side.asked("/v1/exec")) == 1


@pytest.mark.parametrize(
    ("status", "words"),
    [(401, "refuses this account"), (403, "refuses this account"), (404, "The Hub answers 404")],
)
async def test_a_refusal_is_told(hub_side, status, words):
    token = fresh_token()
    handle = await create(token)
    hub_side.break_at("/v1/", status=status)

    with pytest.raises(ToolError, match=words) as error:
        await execute(token, handle, "echo hi")

    assert not error.value.is_retryable
    assert len(hub_side.asked("/v1/exec")) == 1


async def test_a_sandbox_that_does_not_answer_can_be_tried_again(hub_side):
    token = fresh_token()
    handle = await create(token)
    hub_side.break_at("/v1/", status=503)

    with pytest.raises(ToolError, match="does not answer") as error:
        await execute(token, handle, "echo hi")

    assert error.value.is_retryable


REFUSED = {
    (): "exec requires HANDLE",
    ("hfsb2:a:b",): "exec requires SHELL_COMMAND",
    ("hfsb2:a:b", "echo", "hi"): "unexpected argument for exec: hi",
    ("hfsb2:a:b", "echo", "--timeout", "0"): "--timeout must be a positive integer",
    ("hfsb2:a:b", "echo", "--timeout", "soon"): "--timeout requires an integer",
    ("hfsb2:a:b", "echo", "--env", "A"): "--env requires NAME=VALUE",
    ("hfsb2:a:b", "echo", "--env", "A=1", "--env", "A=2"): "duplicate environment variable: A",
}


@pytest.mark.parametrize(("args", "reason"), REFUSED.items(), ids=map(" ".join, REFUSED))
async def test_what_cannot_be_meant_is_refused_and_never_sent(hub_side, args, reason):
    with pytest.raises(ToolError, match=f"EINVAL: {reason}"):
        await execute(fresh_token(), *args)

    assert not hub_side.asked("jobs")


def test_output_is_read_in_whatever_pieces_it_comes():
    events = (
        b'{"event":"start","pid":7}\n{"event":"stdout","data":"h\xc3\xa4"}\n'
        b'{"event":"ping"}\nnonsense\n[]\n{"event":"stderr","data":"no"}\n'
        b'{"event":"exit","exit_code":1}\n'
    )
    output = Output()

    for index in range(len(events)):
        output.feed(events[index : index + 1])

    assert (output.pid, output.stdout.text, output.stderr.text) == (7, "hä", "no")
    assert output.exit is not None and output.exit["exit_code"] == 1


def test_of_much_output_the_end_is_kept():
    output = Output()

    for number in range(3_000):
        output.stdout.add(f"{number:099d}\n")

    assert output.stdout.chars == 300_000
    assert MAX_KEPT_CHARS <= len(output.stdout.text) <= 5 * MAX_KEPT_CHARS
    assert output.stdout.last_line == f"{2_999:099d}"
