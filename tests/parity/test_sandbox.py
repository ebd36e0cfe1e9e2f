"""The sandbox tools do the same, each in a sandbox that the other could use as well."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest

from tests.live.people import Person
from tests.parity.servers import Answer, Both, Server

PATH = "/mcp?mix=sandbox"
TOOLS = ("hf_sandbox", "hf_sandbox_exec", "hf_sandbox_fs")


class Sandboxed:
    """One server, and somebody with a sandbox; `~box` stands for its handle."""

    def __init__(self, server: Server, token: str, handle: str = "") -> None:
        self.server = server
        self.token = token
        self.handle = handle
        self.handle = handle or self.call("hf_sandbox", "create", "--name", "box").content["handle"]

    def call(self, tool: str, *argv: str) -> Answer:
        args = [word.replace("~box", self.handle) for word in argv[1:]]
        return self.server.call(tool, {"cmd": argv[0], "args": args}, self.token)


@pytest.fixture(scope="module")
def servers(both: Both) -> Iterator[tuple[Server, Server]]:
    with (
        closing(Server(both.reference.url, PATH)) as theirs,
        closing(Server(both.ours.url, PATH)) as ours,
    ):
        yield theirs, ours


@pytest.fixture
def boxes(
    servers: tuple[Server, Server], new_writer: Callable[[], Person]
) -> tuple[Sandboxed, Sandboxed]:
    """The reference's comes first."""
    theirs, ours = (Sandboxed(server, new_writer().token) for server in servers)
    return theirs, ours


def expect_said(theirs: dict[str, Any], ours: dict[str, Any], *but: str) -> None:
    for name, fact in theirs.items():
        if name not in but and fact is not None:
            assert ours[name] == fact, name


@pytest.mark.parametrize("tool", TOOLS)
def test_both_take_the_same_arguments(servers, writing_token, tool):
    theirs, ours = (server.input_schemas(writing_token)[tool] for server in servers)

    assert {*theirs["properties"]} == {*ours["properties"]} == {"cmd", "args"}

    def commands(schema):
        command = schema["properties"]["cmd"]
        return {*command.get("enum", [command.get("const")])}

    assert commands(theirs) == commands(ours)


EXECUTED = {
    "a command": ("echo one && no-such-program",),
    "variables": ("echo $A", "--env", "A=1", "--env", "B=2=3"),
    "input": ("cat", "--stdin", "text"),
    "too long": ("sleep infinity", "--timeout", "1"),
}


@pytest.mark.parametrize("args", EXECUTED.values(), ids=EXECUTED.keys())
def test_both_run_the_same_and_say_the_same_of_it(boxes, args):
    theirs, ours = (box.call("hf_sandbox_exec", "exec", "~box", *args) for box in boxes)

    assert not theirs.is_error and not ours.is_error
    expect_said(theirs.content, ours.content, "duration_ms")


def test_both_leave_things_running(boxes):
    for box in boxes:
        started = box.call("hf_sandbox_exec", "exec", "~box", "sleep infinity", "--detach")
        process_id = started.content["process_id"]
        (process,) = box.call("hf_sandbox", "ps", "~box").content["processes"]
        assert (process["id"], process["running"]) == (process_id, True)
        assert box.call("hf_sandbox", "kill", "~box", process_id).content["killed"] is True


FILES = [
    ("write", "~box", "/data/a.txt", "--text", "größe\n"),
    ("cat", "~box", "/data/a.txt"),
    ("cat", "~box", "/data/a.txt", "--offset", "2", "--max-bytes", "4"),
    ("write", "~box", "/data/b.bin", "--base64", "YWJj"),
    ("cat", "~box", "/data/b.bin"),
    ("stat", "~box", "/data/b.bin"),
    ("stat", "~box", "/data/nope"),
    ("mkdir", "~box", "/data/new"),
    ("rm", "~box", "/data/a.txt"),
    ("rm", "~box", "/data/new", "-r"),
    ("ls", "~box", "/data"),
]


def test_both_do_the_same_to_files(boxes):
    for argv in FILES:
        theirs, ours = (box.call("hf_sandbox_fs", *argv) for box in boxes)
        assert not theirs.is_error and not ours.is_error, argv
        expect_said(theirs.content, ours.content, "mtime_ms", "entries")
    assert [entry["name"] for entry in theirs.content["entries"]] == ["b.bin"]
    assert [entry["name"] for entry in ours.content["entries"]] == ["b.bin"]


WRONG = [
    ("hf_sandbox", "status"),
    ("hf_sandbox", "status", "hfsb1:a:b"),
    ("hf_sandbox", "status", "missing"),
    ("hf_sandbox", "kill", "~box"),
    ("hf_sandbox", "kill", "~box", "p-99"),
    ("hf_sandbox", "create", "--bogus"),
    ("hf_sandbox", "create", "--bucket", "a/b", "--bucket-mode", "x"),
    ("hf_sandbox_exec", "exec", "~box"),
    ("hf_sandbox_exec", "exec", "~box", "ls", "extra"),
    ("hf_sandbox_exec", "exec", "~box", "ls", "--timeout", "0"),
    ("hf_sandbox_exec", "exec", "~box", "ls", "--env", "A"),
    ("hf_sandbox_fs", "cat", "~box", "/nope"),
    ("hf_sandbox_fs", "cat", "~box", "/data"),
    ("hf_sandbox_fs", "cat", "~box", "relative"),
    ("hf_sandbox_fs", "cat", "~box", "/x", "--max-bytes", "100001"),
    ("hf_sandbox_fs", "write", "~box", "/x"),
    ("hf_sandbox_fs", "rm", "~box", "/data"),
]


def test_what_is_wrong_is_an_error_with_both(boxes):
    for tool, *argv in WRONG:
        theirs, ours = (box.call(tool, *argv) for box in boxes)
        assert theirs.is_error and ours.is_error, (tool, argv, ours)
        einval, _, reason = theirs.text.partition(": ")
        if einval == "EINVAL":
            assert reason.split()[0] in ours.text, (theirs.text, ours.text)


def test_either_can_use_what_the_other_made(servers, writing_token):
    reference, product = servers
    theirs = Sandboxed(reference, writing_token)
    ours = Sandboxed(product, writing_token)

    for server, handle in ((product, theirs.handle), (reference, ours.handle)):
        box = Sandboxed(server, writing_token, handle)
        answer = box.call("hf_sandbox_exec", "exec", "~box", "echo hi")
        assert answer.content["stdout"] == "hi\n"
        assert box.call("hf_sandbox", "terminate", "~box").content["terminated"] is True


# What is better on purpose


def test_ours_ends_a_part_of_a_file_at_a_whole_character(boxes):
    part = ("cat", "~box", "/data/a.txt", "--max-bytes", "6")
    for box in boxes:
        box.call("hf_sandbox_fs", "write", "~box", "/data/a.txt", "--text", "größe 🦜")

    theirs, ours = (box.call("hf_sandbox_fs", *part, "--offset", "4") for box in boxes)

    assert "\ufffd" in theirs.content["content"]
    assert ours.content["content"] == "ße " and ours.content["next_offset"] == 8


def test_ours_ends_no_job_that_is_not_a_sandbox(servers, writing_token):
    for server, is_ended in zip(servers, (True, False), strict=True):
        with closing(Server(server.url, "/mcp?mix=jobs")) as jobs:
            run = {"operation": "run", "args": {"command": ["sleep", "9"], "detach": True}}
            started = jobs.call("hf_jobs", run, writing_token)
        job_id = started.content["outcome"]["job"]["id"]
        ended = server.call("hf_sandbox", {"cmd": "terminate", "args": [job_id]}, writing_token)
        assert ended.is_error is not is_ended


def test_ours_needs_fewer_words_to_describe_itself(servers, writing_token):
    def size(server):
        tools = server.result("tools/list", {}, writing_token)["tools"]
        return len(json.dumps([tool for tool in tools if tool["name"] in TOOLS]))

    theirs, ours = map(size, servers)
    assert ours < theirs
