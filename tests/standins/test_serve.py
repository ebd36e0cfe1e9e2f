"""A server that does not start is named, with what it said."""

import sys

import pytest

from tests.standins.serve import StartError, start_command


@pytest.mark.parametrize(
    ("program", "seconds", "told"),
    [
        ("input()", 60, r"-c input\(\) ended before it was ready[\s\S]*EOFError"),
        ("import threading; threading.Event().wait()", 0.2, r"wait\(\) is not ready after 0\.2 s"),
    ],
)
def test_a_server_that_does_not_start_is_named(program, seconds, told):
    command = [sys.executable, "-c", program]

    with pytest.raises(StartError, match=told), start_command(command, start_seconds=seconds):
        pass
