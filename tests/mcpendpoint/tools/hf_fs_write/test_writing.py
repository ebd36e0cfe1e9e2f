"""hf_fs_write on the stand-in Hub: what it does there, and what it says."""

import os
from base64 import b64encode
from random import Random

import pytest

from mcpendpoint.tools.base import ToolError
from mcpendpoint.tools.definition import definition
from mcpendpoint.tools.registry import by_name
from tests.mcpendpoint.hub_side import fresh_token
from tests.mcpendpoint.tools.calling import call
from tests.mcpendpoint.tools.hf_fs.calling import code_of, result_of

KINDS = ["models", "datasets", "spaces", "buckets"]
REPOS = KINDS[:3]
SHA = "0" * 40


class Mine:
    """Somebody new, with repositories and a bucket that are all called `things`."""

    def __init__(self):
        self.token = fresh_token()
        self.id = f"{self.token.removeprefix('hf_user_')}/things"

    def uri(self, kind, path="", at=""):
        return f"hf://{kind}/{self.id}{at}/{path}"

    async def write(self, cmd, *args, content=None):
        called = await call("hf_fs_write", self.token, cmd=cmd, args=list(args), content=content)
        return called

    async def refusal(self, cmd, *args, content=None):
        with pytest.raises(ToolError) as caught:
            await self.write(cmd, *args, content=content)
        return caught.value

    async def read(self, kind, path, at=""):
        return (await result_of(["cat", self.uri(kind, path, at)], self.token))["content"]


@pytest.fixture
async def mine(hub_side):
    mine = Mine()
    for kind in KINDS:
        await call("create_repo", mine.token, uri=f"hf://{kind}/{mine.id}")
    return mine


@pytest.mark.parametrize("kind", REPOS)
async def test_a_file_is_put_and_read_at_once(hub_side, mine, kind):
    uri = mine.uri(kind, "notes/a.md")
    assert await code_of(["cat", uri], mine.token) == "NOT_FOUND"

    called = await mine.write("put", uri, "-m", "Add notes", content="# Notes\n")

    content, prefix = called.content, "" if kind == "models" else f"{kind}/"
    page = f"{hub_side.url}/{prefix}{mine.id}"
    oid = content["commit"]["oid"]
    assert content == {
        "uri": uri,
        "op": "put",
        "repo": mine.id,
        "repo_type": kind[:-1],
        "path": "notes/a.md",
        "bytes": 8,
        "branch": "main",
        "message": "Add notes",
        "url": f"{page}/blob/main/notes/a.md",
        "commit": {"oid": oid, "url": f"{page}/commit/{oid}"},
    }
    assert content["commit"]["url"] in called.text
    assert await mine.read(kind, "notes/a.md") == "# Notes\n"


async def test_a_bucket_s_file_is_put_and_removed(hub_side, mine):
    uri = mine.uri("buckets", "a.txt")

    called = await mine.write("put", uri, content="hello")

    assert called.content["url"] == f"{hub_side.url}/buckets/{mine.id}/resolve/a.txt"
    assert "commit" not in called.content and "branch" not in called.content
    assert await mine.read("buckets", "a.txt") == "hello"

    called = await mine.write("rm", uri)

    assert called.content["op"] == "rm"
    assert await code_of(["cat", uri], mine.token) == "NOT_FOUND"


@pytest.mark.parametrize("kind", KINDS)
async def test_a_file_that_is_there_is_replaced(mine, kind):
    uri = mine.uri(kind, "a.txt")
    for content in ("first", ""):
        await mine.write("put", uri, content=content)

        assert await mine.read(kind, "a.txt") == content


@pytest.mark.parametrize("kind", REPOS)
async def test_a_file_is_removed(mine, kind):
    uri = mine.uri(kind, "a.txt")
    await mine.write("put", uri, content="a")
    assert await mine.read(kind, "a.txt") == "a"

    called = await mine.write("rm", uri, "-m", "Clean up")

    assert "bytes" not in called.content
    assert called.content["message"] == "Clean up"
    assert await code_of(["cat", uri], mine.token) == "NOT_FOUND"


async def test_bytes_are_put_as_base64_and_stored_as_the_hub_wants(hub_side, mine):
    content = os.urandom(5_000)

    called = await mine.write(
        "put",
        mine.uri("models", "model.safetensors"),
        "--base64",
        content=b64encode(content).decode(),
    )

    assert called.content["bytes"] == 5_000
    stat = await result_of(["stat", mine.uri("models", "model.safetensors")], mine.token)
    assert (stat["size"], stat["lfs"]) == (5_000, True)


async def test_a_change_is_proposed_to_somebody_else_s_repository(hub_side):
    uri = "hf://models/acme/tiny-llm/PROPOSAL.md"
    other = Mine()

    called = await other.write(
        "put", uri, "--create-pr", "-m", "Propose", "--description", "Since", content="x"
    )

    proposal = called.content["pull_request_url"]
    assert proposal.startswith(f"{hub_side.url}/acme/tiny-llm/discussions/")
    assert proposal in called.text
    assert "nothing until it is merged" in called.text
    number = proposal.rpartition("/")[2]
    at = f"hf://models/acme/tiny-llm@refs/pr/{number}/PROPOSAL.md"
    assert (await result_of(["cat", at], other.token))["content"] == "x"
    assert await code_of(["cat", uri], other.token) == "NOT_FOUND"


async def test_who_may_not_write_is_told_to_propose(hub_side):
    error = str(await Mine().refusal("put", "hf://models/acme/tiny-llm/a.txt", content="x"))

    assert "permissions do not allow it" in error
    assert "--create-pr" in error


async def test_a_late_change_is_a_conflict_with_what_to_do(mine):
    uri = mine.uri("models", "a.txt")
    first = (await mine.write("put", uri, content="1")).content["commit"]["oid"]
    second = (await mine.write("put", uri, "--parent-commit", first, content="2")).content

    error = str(await mine.refusal("put", uri, "--parent-commit", first, content="3"))

    assert "Nothing was written" in error
    assert f"--parent-commit {second['commit']['oid']}" in error
    assert await mine.read("models", "a.txt") == "2"


@pytest.mark.parametrize(
    ("cmd", "args", "words"),
    [
        ("rm", ["hf://models/{}/nothing.txt"], "A file with this name doesn't exist"),
        ("rm", ["hf://buckets/{}/nothing.txt"], "does not exist"),
        ("put", ["hf://models/{}-2/a.txt"], "create_repo"),
        ("put", ["hf://buckets/{}-2/a.txt"], "was not found"),
        ("put", ["hf://models/{}/a.txt", "--branch", "nowhere"], "Invalid rev id: nowhere"),
        ("put", ["hf://models/{}/README.md"], "Invalid metadata in README.md"),
        ("put", ["hf://models/{}/.git/config"], "Invalid path"),
        ("put", ["hf://models/{}"], "EINVAL"),
    ],
)
async def test_the_hub_s_own_reason_is_told(mine, cmd, args, words):
    args = [arg.format(mine.id) for arg in args]

    error = await mine.refusal(cmd, *args, content="---\na: [\n---\n" if cmd == "put" else None)

    assert words in str(error)
    assert not error.is_retryable


async def test_a_token_that_only_reads_is_refused_with_where_to_allow_more(hub_side):
    for token in ("hf_bob", "hf_oauth_alice_1.read-repos"):
        with pytest.raises(ToolError, match="permissions do not allow it.*/settings/"):
            await call("hf_fs_write", token, cmd="rm", args=["hf://models/acme/tiny-llm/README.md"])


UNDONE = [
    ({"status": 401}, "refused the token", False),
    ({"status": 403}, "permissions do not allow it", False),
    ({"status": 404}, "was not found", False),
    ({"status": 409}, "refused", False),
    ({"status": 412}, "refused", False),
    ({"status": 429, "headers": {"Retry-After": "40"}}, "Nothing was written", True),
    ({"status": 500}, "Nothing was written", True),
    ({"status": 503, "body": "<html><title>Busy</title>"}, "Nothing was written", True),
]
UNCERTAIN = [
    {"status": 502},
    {"status": 504},
    {"cut": True},
    {"status": 200, "body": "<html>"},
    {"status": 200, "body": "[]"},
    {"status": 200, "body": ""},
]
ROUTES = {"/commit/": "models", "^/api/buckets/.*/batch": "buckets"}


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize(("fault", "words", "is_retryable"), UNDONE)
async def test_a_write_that_was_refused_is_said_to_be(
    hub_side, mine, route, fault, words, is_retryable
):
    hub_side.break_at(route, **fault)

    error = await mine.refusal("put", mine.uri(ROUTES[route], "a.txt"), content="x")

    assert words in str(error)
    assert error.is_retryable == is_retryable
    assert len(hub_side.asked(route)) == 1


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("fault", UNCERTAIN)
async def test_a_write_without_a_clear_answer_is_said_to_be_uncertain(hub_side, mine, route, fault):
    hub_side.break_at(route, **fault)

    error = await mine.refusal("put", mine.uri(ROUTES[route], "a.txt"), content="x")

    assert "may have been done all the same: look before trying again" in str(error)
    assert not error.is_retryable
    assert len(hub_side.asked(route)) == 1


STORAGE = "^/_cas/v1/shards"
BEFORE = ["/preupload/", "objects/batch", "xet-write-token", STORAGE]
FAULTS = [
    {"status": 403},
    {"status": 404},
    {"status": 429, "headers": {"Retry-After": "40"}},
    {"status": 500},
    {"cut": True},
]
ODD_ANSWERS = [{"status": 200, "body": "<html>"}, {"status": 200, "body": "{}"}]


@pytest.mark.parametrize(
    ("route", "fault"),
    [(route, fault) for route in BEFORE for fault in FAULTS]
    # The storage says what it likes in a good answer.
    + [(route, answer) for route in BEFORE if route != STORAGE for answer in ODD_ANSWERS],
)
async def test_nothing_is_written_after_a_step_that_failed(hub_side, mine, route, fault):
    hub_side.break_at(route, **fault)
    content = b64encode(os.urandom(50)).decode()

    await mine.refusal("put", mine.uri("models", "a.bin"), "--base64", content=content)

    assert hub_side.asked("/commit/") == []


@pytest.mark.parametrize("seed", range(20))
async def test_whatever_goes_wrong_a_file_is_written_once_or_not_said_to_be(hub_side, mine, seed):
    chance = Random(seed)
    kind = chance.choice(["models", "buckets"])
    content = chance.randbytes(50)
    routes = [*BEFORE, "/commit/", "/batch$", "^/_cas/v1/xorbs"]
    for route in chance.sample(routes, 2):
        fault = chance.choice([*FAULTS, {"status": 502}, {"delay": 0.1}, {"cut": True}])
        hub_side.break_at(route, times=chance.choice([1, 2, None]), **fault)
    uri = mine.uri(kind, "a.bin")

    try:
        await mine.write("put", uri, "--base64", content=b64encode(content).decode())
        is_written, is_sure = True, True
    except ToolError as error:
        is_written, is_sure = False, "may have been done" not in str(error)

    hub_side.heal()
    assert len(hub_side.asked("/commit/|^/api/buckets/.*/batch$")) <= 1
    stat = await result_of(["stat", uri], mine.token)
    if is_sure:
        assert stat["exists"] == is_written
    if stat["exists"]:
        assert stat["size"] == 50


async def test_a_step_that_stumbles_once_is_tried_again(hub_side, mine):
    hub_side.break_at("/preupload/", status=500, times=1)

    await mine.write("put", mine.uri("models", "a.txt"), content="x")

    assert await mine.read("models", "a.txt") == "x"


async def test_no_token_goes_to_the_storage_or_into_what_is_said(hub_side, mine):
    uri = mine.uri("models", "a.bin")
    content = b64encode(os.urandom(50)).decode()

    called = await mine.write("put", uri, "--base64", content=content)
    hub_side.break_at("^/_cas/", status=403, body=f'{{"error": "no {mine.token}"}}')
    error = await mine.refusal("put", uri, "--base64", content=content[:-4])

    assert mine.token not in called.text + str(called.content) + str(error)
    tokens = {entry["token"] for entry in hub_side.asked("^/_cas/")}
    assert tokens.isdisjoint(entry["token"] for entry in hub_side.asked("/commit/"))


def test_clients_are_told_that_it_destroys():
    tool = by_name["hf_fs_write"]
    told = definition(tool).annotations

    assert (told.read_only_hint, told.destructive_hint, told.idempotent_hint) == (0, 1, 0)
    assert not tool.is_default
    assert tool.needs_sign_in
