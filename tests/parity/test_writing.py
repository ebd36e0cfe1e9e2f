"""create_repo and hf_fs_write do the same to the Hub, each for a person of its own."""

import base64
import json
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from random import Random
from typing import Any
from urllib.parse import unquote

import pytest
from huggingface_hub import HfApi
from huggingface_hub.utils import disable_progress_bars

from tests.live.people import Person
from tests.parity.servers import Answer, Both, Server
from tests.standins.hub.control import HubControl
from tests.standins.serve import Running

PATH = "/mcp?bouquet=research"
SHA = "0" * 40
KINDS = ("model", "dataset", "space", "bucket")
LARGE = Random(4).randbytes(100_000)


@dataclass(frozen=True)
class Side:
    """One server, and who acts there."""

    server: Server
    person: Person
    hub: str

    @property
    def api(self) -> HfApi:
        return HfApi(endpoint=self.hub, token=self.person.token)

    def call(self, tool: str, arguments: dict[str, Any]) -> Answer:
        """Call a tool; `~me` stands for the person."""
        mine = json.loads(json.dumps(arguments).replace("~me", self.person.name))
        return self.server.call(tool, mine, self.person.token)

    def write(self, cmd: str, *args: str, content: str | None = None) -> Answer:
        given = {} if content is None else {"content": content}
        return self.call("hf_fs_write", {"cmd": cmd, "args": list(args), **given})

    def facts(self, answer: Answer) -> dict[str, Any]:
        """Return what the two should say alike: without what differs by person and moment."""
        content = dict(answer.content)
        content.pop("id", None)
        content["uri"] = unquote(content["uri"])  # which the reference repeats as it was written
        if "commit" in content:
            content["commit"] = sorted(content["commit"])
        text = json.dumps(content).replace(self.person.name, "~me").replace(self.hub, "HUB")
        return json.loads(text)


@pytest.fixture(scope="module")
def servers(both: Both) -> Iterator[tuple[Server, Server]]:
    with (
        closing(Server(both.reference.url, PATH)) as theirs,
        closing(Server(both.ours.url, PATH)) as ours,
    ):
        yield theirs, ours


@pytest.fixture
def sides(
    servers: tuple[Server, Server], hub: Running, new_writer: Callable[[], Person]
) -> tuple[Side, Side]:
    """The reference's side comes first."""
    disable_progress_bars()
    theirs, ours = (Side(server, new_writer(), hub.url) for server in servers)
    return theirs, ours


@pytest.fixture
def with_repos(sides: tuple[Side, Side]) -> tuple[Side, Side]:
    for side in sides:
        for kind in KINDS[:3]:
            options = {"space_sdk": "static"} if kind == "space" else {}
            side.api.create_repo(f"{side.person.name}/things", repo_type=kind, **options)
        side.api.create_bucket(f"{side.person.name}/things")
    return sides


def state_of(side: Side, kind: str, name: str, revision: str = "main") -> dict[str, Any]:
    """Return what the Hub has: files with contents, visibility, and what was committed."""
    api, repo_id = side.api, f"{side.person.name}/{name}"
    if kind == "bucket":
        tree = api.list_bucket_tree(repo_id, recursive=True)
        files = {entry.path: entry.size for entry in tree}
        return {"files": files, "private": api.bucket_info(repo_id).private}
    info = api.repo_info(repo_id, repo_type=kind, revision=revision, files_metadata=True)
    commits = api.list_repo_commits(repo_id, repo_type=kind, revision=revision)
    return {
        "files": {file.rfilename: (file.blob_id, bool(file.lfs)) for file in info.siblings},
        "private": info.private,
        "sdk": getattr(info, "sdk", None),
        "commits": [(commit.title, commit.message) for commit in commits],
    }


@pytest.mark.parametrize("tool", ["create_repo", "hf_fs_write"])
def test_both_take_the_same_arguments(servers, writing_token, tool):
    theirs, ours = (server.input_schemas(writing_token)[tool] for server in servers)

    assert set(theirs["properties"]) == set(ours["properties"])
    assert sorted(theirs["required"]) == sorted(ours["required"])
    for name, schema in theirs["properties"].items():
        mine = ours["properties"][name]
        # The Hub makes no Space with Streamlit any more: that is what Docker is for.
        choices = [choice for choice in schema.get("enum", ()) if choice != "streamlit"]
        assert (mine["type"], mine.get("enum", [])) == (schema["type"], choices)


CREATED = [
    *({"uri": f"hf://{kind}s/~me/a"} for kind in KINDS),
    *({"uri": f"hf://{kind}s/~me/a", "private": True} for kind in KINDS),
    {"uri": "hf://models/~me/a", "private": False},
    *({"uri": "hf://spaces/~me/a", "sdk": sdk} for sdk in ("gradio", "docker")),
    {"uri": "hf://models/~me/a", "source_uri": "hf://models/acme/tiny-llm"},
    {"uri": "hf://datasets/~me/a", "source_uri": "hf://datasets/acme/squad", "private": True},
    {"uri": "hf://spaces/~me/a", "source_uri": "hf://spaces/acme/image-maker", "private": False},
]


@pytest.mark.parametrize("arguments", CREATED, ids=json.dumps)
def test_both_create_the_same(sides, arguments):
    theirs, ours = (side.call("create_repo", arguments) for side in sides)

    assert not theirs.is_error, theirs.text
    expected, actual = sides[0].facts(theirs), sides[1].facts(ours)
    assert {**actual, **expected} == actual
    assert ours.content["url"] in ours.text
    kind = expected["repo_type"]
    assert state_of(sides[0], kind, "a") == state_of(sides[1], kind, "a")


TEXT = {"content": "# Größe 🦜\n"}
BINARY = {"content": base64.b64encode(LARGE).decode()}
PUT = [
    *(([f"hf://{kind}s/~me/things/a/b.md"], TEXT) for kind in KINDS),
    *(([f"hf://{kind}s/~me/things/a.bin", "--base64"], BINARY) for kind in KINDS),
    (["hf://models/~me/things/a b.md"], TEXT),
    (["hf://models/~me/things/%C3%A4%23.md"], TEXT),
    (["hf://models/~me/things/empty"], {"content": ""}),
    (["put", "hf://models/~me/things/a.md", "--message", "Two words"], TEXT),
    (["hf://models/~me/things/a.md", "-m", "Say why", "--description", "At length"], TEXT),
    (["hf://models/~me/things@main/a.md"], TEXT),
    (["hf://models/~me/things/a.md", "--branch", "main"], TEXT),
    (["hf://models/~me/things/a.md", "--create-pr", "--description", "Please"], TEXT),
    (["hf://datasets/~me/things/a.bin", "--base64", "--create-pr"], BINARY),
]


@pytest.mark.parametrize(("args", "content"), PUT, ids=lambda value: str(value)[:60])
def test_both_put_the_same(with_repos, args, content):
    theirs, ours = (side.write("put", *args, **content) for side in with_repos)

    assert not theirs.is_error, theirs.text
    assert_alike(with_repos, theirs, ours)


RM = [
    *([f"hf://{kind}s/~me/things/a.md"] for kind in KINDS),
    ["hf://models/~me/things/a.md", "-m", "Clean up", "--description", "It was old"],
    ["hf://models/~me/things/a.md", "--create-pr"],
]


@pytest.mark.parametrize("args", RM, ids=str)
def test_both_remove_the_same(with_repos, args):
    uri = next(arg for arg in args if arg.startswith("hf://"))
    for side in with_repos:
        assert not side.write("put", uri, content="x").is_error

    theirs, ours = (side.write("rm", *args) for side in with_repos)

    assert not theirs.is_error, theirs.text
    assert_alike(with_repos, theirs, ours)


def assert_alike(sides: tuple[Side, Side], theirs: Answer, ours: Answer) -> None:
    expected, actual = sides[0].facts(theirs), sides[1].facts(ours)
    assert {**actual, **expected} == actual
    proposal = expected.get("pull_request_url")
    if proposal:
        assert ours.content["pull_request_url"] in ours.text
    revision = f"refs/pr/{proposal.rpartition('/')[2]}" if proposal else "main"
    states = [state_of(side, expected["repo_type"], "things", revision) for side in sides]
    assert states[0] == states[1]


MINE = "hf://models/~me/things/a.md"
REFUSED = [
    ("create_repo", {"uri": "hf://models/~me/things"}, "already created"),
    ("create_repo", {"uri": "hf://models/acme/new"}, "rights to create a model"),
    ("create_repo", {"uri": "hf://buckets/acme/new"}, "rights to create a bucket"),
    ("create_repo", {"uri": "hf://models/~me/-a-"}, ""),
    ("create_repo", {"uri": "hf://models/~me"}, "not a namespace"),
    ("create_repo", {"uri": "hf://models/~me/a/b.txt"}, "not a file path"),
    ("create_repo", {"uri": "hf://models/~me/a@main"}, "must not include a revision"),
    ("create_repo", {"uri": "hf://models/~me/a", "sdk": "docker"}, "sdk is only valid"),
    ("create_repo", {"uri": "hf://spaces/~me/a", "sdk": "rails"}, "sdk"),
    ("create_repo", {}, "uri"),
    (
        "create_repo",
        {"uri": "hf://models/~me/a", "source_uri": "hf://datasets/acme/squad"},
        "source_uri type (dataset) must match uri type (model)",
    ),
    # The reference says of these only that a request failed with that status.
    ("create_repo", {"uri": "hf://models/~me/a", "source_uri": "hf://models/acme/nothing"}, "404"),
    ("create_repo", {"uri": "hf://models/acme/a", "source_uri": "hf://models/acme/gated"}, "403"),
    ("hf_fs_write", {"cmd": "put", "args": [MINE]}, "put requires content"),
    ("hf_fs_write", {"cmd": "rm", "args": [MINE], "content": "x"}, "only valid with put"),
    ("hf_fs_write", {"cmd": "rm", "args": []}, "requires an hf:// file URI"),
    ("hf_fs_write", {"cmd": "mv", "args": [MINE]}, "cmd"),
    ("hf_fs_write", {"cmd": "rm", "args": [MINE, "--base64"]}, "unexpected argument for rm"),
    ("hf_fs_write", {"cmd": "rm", "args": [MINE, "-m", ""]}, "requires a non-empty value"),
    ("hf_fs_write", {"cmd": "rm", "args": [MINE, "--parent-commit", "a"]}, "40-character"),
    ("hf_fs_write", {"cmd": "rm", "args": ["hf://models/~me"]}, "not a namespace"),
    ("hf_fs_write", {"cmd": "rm", "args": ["hf://models/~me/things"]}, "points to a file path"),
    ("hf_fs_write", {"cmd": "rm", "args": ["/etc/passwd"]}, "hf://"),
    ("hf_fs_write", {"cmd": "rm", "args": [MINE]}, "A file with this name doesn't exist"),
    (
        "hf_fs_write",
        {"cmd": "put", "args": [MINE, "--base64"], "content": "%"},
        "must be valid standard base64",
    ),
    (
        "hf_fs_write",
        {"cmd": "rm", "args": ["hf://buckets/~me/things/a", "--branch", "main"]},
        "branch is not supported for bucket writes",
    ),
    (
        "hf_fs_write",
        {"cmd": "put", "args": [MINE, "--parent-commit", SHA], "content": "x"},
        "A commit has happened since",
    ),
    (
        "hf_fs_write",
        {"cmd": "put", "args": ["hf://models/acme/tiny-llm/a.md"], "content": "x"},
        "Forbidden",
    ),
    (
        "hf_fs_write",
        {"cmd": "put", "args": ["hf://models/~me/nothing/a.md"], "content": "x"},
        "Repository not found",
    ),
]


@pytest.mark.parametrize(("tool", "arguments", "words"), REFUSED, ids=str)
def test_what_the_reference_refuses_ours_refuses_with_the_same_reason(
    with_repos, tool, arguments, words
):
    theirs, ours = (side.call(tool, arguments) for side in with_repos)

    assert theirs.is_error and ours.is_error
    assert words in theirs.text
    assert words in ours.text or words in ("403", "404")
    for kind in KINDS[:3]:
        assert len(state_of(with_repos[1], kind, "things")["commits"]) == 1


@pytest.mark.parametrize("status", [401, 402, 403, 409, 422, 429, 500, 502])
def test_a_reason_that_the_reference_loses_is_told_by_ours(sides, hub_control: HubControl, status):
    hub_control.misbehave("/duplicate", status=status, body='{"error": "Because of the moon"}')
    arguments = {"uri": "hf://models/~me/a", "source_uri": "hf://models/acme/tiny-llm"}

    theirs, ours = (side.call("create_repo", arguments) for side in sides)

    assert theirs.is_error and ours.is_error
    assert "moon" not in theirs.text
    if status not in (401, 429):  # which speak for themselves
        assert "moon" in ours.text
    assert len(hub_control.requests("/duplicate", token=sides[1].person.token)) == 1


def test_neither_writes_without_a_credential(servers, hub_control: HubControl):
    arguments = {"cmd": "rm", "args": ["hf://models/acme/tiny-llm/README.md"]}
    hub_control.forget_requests()

    for server in servers:
        answer = server.post("tools/call", {"name": "hf_fs_write", "arguments": arguments}).json()
        assert "error" in answer or answer["result"]["isError"]

    assert hub_control.requests("/commit/") == []
