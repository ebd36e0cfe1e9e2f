"""The program ends as soon as it is not needed: quietly, whichever way its client has."""

import signal
import subprocess
import sys

import pytest

from tests.standins.serve import ROOT
from tests.stdio_program import COMMAND, Ended, call, initialize, request

QUIETLY = Ended(0, "")

CLAIM = """
import os, subprocess, sys
from mcpendpoint.transports.stdio.streams import claim
print("before")
wire = claim()
print("printed")
os.write(1, b"written\\n")
subprocess.run(["sh", "-c", "echo started; cat"])
os.write(wire.outgoing, os.read(wire.incoming, 100))
"""


def test_it_ends_with_standard_input(start):
    program = start()
    program.result_of(initialize())

    program.close()

    assert program.end() == QUIETLY


def test_it_ends_before_anything_was_said(start):
    program = start()

    program.close()

    assert program.end() == QUIETLY


def test_what_was_piped_in_is_answered_before_it_ends(start):
    program = start("--gradio", "none")

    program.send(
        initialize(), request(2, "prompts/list"), b'{"jsonrpc":"2.0","id":3,"method":"ping"}'
    )
    program.close()

    assert sorted(str(answer["id"]) for answer in program.rest()) == ["2", "3", "init"]
    assert program.end() == QUIETLY


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_at_a_signal(start, number):
    program = start()
    program.result_of(initialize())

    program.process.send_signal(number)

    assert program.end() == QUIETLY


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_cancels_what_runs(start, silent_hub, number):
    program = start(HF_ENDPOINT=silent_hub.url)
    program.send(call(1, "hub_repo_search", query="whisper"))
    assert silent_hub.was_asked()

    program.process.send_signal(number)

    assert program.end() == QUIETLY
    assert silent_hub.was_left()
    assert program.rest() == []


def test_the_end_of_standard_input_cancels_what_takes_long(start, silent_hub):
    program = start(HF_ENDPOINT=silent_hub.url)
    program.send(call(1, "hub_repo_search", query="whisper"))
    assert silent_hub.was_asked()

    program.close()

    assert program.end() == QUIETLY
    assert silent_hub.was_left()


def test_it_ends_when_nobody_is_there_to_be_answered(start):
    program = start()
    program.process.stdout.close()

    program.send(initialize())

    assert program.end() == QUIETLY


def test_it_ends_at_a_signal_when_its_client_does_not_read(start):
    program = start("--gradio", "none", "--mix", "classic")
    program.send_until_it_waits(request("again", "tools/list"))

    program.process.send_signal(signal.SIGTERM)

    assert program.end() == QUIETLY


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_at_a_signal_while_it_starts(tmp_path, number):
    """TypeScript's client starts it twice, and ends one of the two after 10 ms."""
    script = (
        "import os, signal, sys; from hfmcp_site.entrance import prepare; prepare(['stdio']); "
        f"os.kill(os.getpid(), {int(number)}); import django"
    )

    ended = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True)

    assert (ended.returncode, ended.stderr) == (0, b"")


def test_nothing_but_the_protocol_is_on_standard_output():
    ran = subprocess.run(
        [sys.executable, "-c", CLAIM], cwd=ROOT, input=b"wire", capture_output=True, check=True
    )

    assert ran.stdout == b"before\nwire"
    assert sorted(ran.stderr.split()) == [b"printed", b"started", b"written"]


def test_messages_may_come_from_a_file(tmp_path):
    file = tmp_path / "messages"
    file.write_text('{"jsonrpc":"2.0","id":1,"method":"ping"}\n')

    with file.open() as messages:
        ran = subprocess.run(
            COMMAND, stdin=messages, capture_output=True, env={"HOME": str(tmp_path)}, check=True
        )

    assert ran.stdout == b'{"jsonrpc":"2.0","id":1,"result":{}}\n'
