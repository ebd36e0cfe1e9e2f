"""Files that are written, whichever way the Hub wants them."""

import asyncio
import hashlib
import json
import os

import pytest

from mcpendpoint.hub import errors
from mcpendpoint.hub.branches import Branch
from mcpendpoint.hub.client import HubClient
from mcpendpoint.hub.commits import (
    Message,
    delete_file,
    delete_from_bucket,
    put_file,
    put_in_bucket,
)
from mcpendpoint.hub.creation import create_bucket, create_repo
from mcpendpoint.hub.files import FileStore
from mcpendpoint.hub.types import RepoType
from tests.mcpendpoint.hub_side import fresh_token

MIB = 1024 * 1024
MESSAGE = Message("Put a file")
BATCH = "objects/batch"


class Mine:
    """A new person's model and bucket, both called acme/…/things."""

    def __init__(self):
        token = fresh_token()
        self.hub = HubClient(token)
        self.id = f"{token.removeprefix('hf_user_')}/things"
        self.branch = Branch(RepoType.MODEL, self.id)

    async def put(self, path, content, **branch):
        branch = Branch(RepoType.MODEL, self.id, **branch)
        return await put_file(self.hub, branch, path, content, MESSAGE)

    async def read(self, path, segment="models", revision="main"):
        store = FileStore(segment, self.id, revision)
        return (await store.read(self.hub, path, offset=0, length=16_000_000)).content


@pytest.fixture
async def mine(hub_side):
    mine = Mine()
    await create_repo(mine.hub, RepoType.MODEL, mine.id)
    await create_bucket(mine.hub, mine.id)
    return mine


@pytest.mark.parametrize("content", [b"", b"hello\n", "Größe 🦜".encode(), b"a" * MIB])
async def test_text_goes_into_the_commit(hub_side, mine, content):
    commit = await mine.put("notes/a.txt", content)

    assert len(commit.oid) == 40
    assert commit.url == f"{hub_side.url}/{mine.id}/commit/{commit.oid}"
    assert await mine.read("notes/a.txt") == content
    assert hub_side.asked(BATCH) == []


@pytest.mark.parametrize("path", ["a b#c?.txt", "ä/ö🦜.txt", "100%.txt", "-m"])
async def test_odd_names_arrive_as_they_are(mine, path):
    await mine.put(path, b"odd")

    assert await mine.read(path) == b"odd"


@pytest.mark.parametrize("size", [100, 2 * MIB])
async def test_large_files_go_to_the_xet_storage(hub_side, mine, size):
    content = b"\0" + os.urandom(size)

    await mine.put("weights.bin", content)

    assert await mine.read("weights.bin") == content
    (stored,) = hub_side.asked("^/_cas/v1/shards")
    assert stored["user_agent"].startswith("hf_xet")
    entry = await FileStore("models", mine.id).find(mine.hub, "weights.bin")
    assert entry.is_lfs


async def test_what_the_hub_has_is_not_uploaded_again(hub_side, mine):
    content = os.urandom(1_000)
    await mine.put("one.bin", content)
    count = len(hub_side.asked("^/_cas/"))

    await mine.put("two.bin", content)

    assert await mine.read("two.bin") == content
    assert len(hub_side.asked("^/_cas/")) == count


def plan(hub_side, content, *, parts=0, **upload):
    """What the Hub answers that has no Xet storage for the repository."""
    oid = hashlib.sha256(content).hexdigest()
    signature = f"X-Signature={hashlib.sha256(oid.encode()).hexdigest()}"
    href = f"{hub_side.url}/_uploads/{oid}?{signature}"
    size = -(-len(content) // parts) if parts else 0
    urls = {f"{number:05}": f"{href}&part={number}" for number in range(1, parts + 1)}
    header = {"chunk_size": str(size), **urls} if parts else {}
    action = {"href": href, "header": header, **upload}
    objects = [{"oid": oid, "size": len(content), "actions": {"upload": action}}]
    return json.dumps({"transfer": "basic", "objects": objects})


@pytest.mark.parametrize("parts", [0, 1, 3])
async def test_large_files_go_where_a_signed_url_says_without_the_token(hub_side, mine, parts):
    content = os.urandom(10_000)
    hub_side.break_at(BATCH, status=200, body=plan(hub_side, content, parts=parts))

    await mine.put("weights.bin", content)

    assert await mine.read("weights.bin") == content
    sent = hub_side.asked("^/_uploads/")
    assert [entry["method"] for entry in sent] == ["PUT"] * (parts or 1) + ["POST"] * bool(parts)
    assert not any(entry["has_authorization"] for entry in sent)


@pytest.mark.parametrize(
    "place",
    [
        "http://storage.example/x",
        "https://192.168.1.1/x",
        "https://[::ffff:169.254.169.254]/x",
        "file:///etc/passwd",
        "https://user:word@storage.example/x",
        "nonsense",
    ],
)
async def test_a_file_is_not_sent_into_private_networks_or_in_the_clear(hub_side, mine, place):
    content = os.urandom(100)
    hub_side.break_at(BATCH, status=200, body=plan(hub_side, content, href=place))

    with pytest.raises((errors.HubBadAnswer, errors.HubUnavailable)):
        await mine.put("weights.bin", content)

    assert hub_side.asked("/commit/") == []


@pytest.mark.parametrize("place", ["http://10.0.0.1/cas", "https://192.168.1.1", "nonsense"])
async def test_the_xet_storage_is_not_in_a_private_network_either(hub_side, mine, place):
    ticket = {"accessToken": "x", "casUrl": place, "exp": 1_900_000_000}
    hub_side.break_at("xet-write-token", status=200, body=json.dumps(ticket))

    with pytest.raises(errors.HubBadAnswer):
        await put_in_bucket(mine.hub, mine.id, "a.txt", b"a")

    assert hub_side.asked("/batch$") == []


@pytest.mark.parametrize(
    "answer",
    [
        "{}",
        "[]",
        '{"objects": []}',
        '{"objects": [{"oid": "other", "size": 1}]}',
        '{"objects": [{"oid": 7}]}',
    ],
)
async def test_a_plan_that_is_none_is_not_followed(hub_side, mine, answer):
    hub_side.break_at(BATCH, status=200, body=answer)

    with pytest.raises(errors.HubBadAnswer):
        await mine.put("weights.bin", b"\0")

    assert hub_side.asked("/commit/") == []


@pytest.mark.parametrize("header", [{"chunk_size": "5"}, {"chunk_size": "0"}, {"chunk_size": "x"}])
async def test_parts_that_do_not_make_the_file_are_not_sent(hub_side, mine, header):
    content = os.urandom(100)
    hub_side.break_at(BATCH, status=200, body=plan(hub_side, content, header=header))

    with pytest.raises(errors.HubBadAnswer):
        await mine.put("weights.bin", content)

    assert hub_side.asked("/_uploads/") == []


async def test_a_file_that_the_hub_does_not_want_is_refused_in_its_words(hub_side, mine):
    content = b"\0"
    oid = hashlib.sha256(content).hexdigest()
    objects = [{"oid": oid, "error": {"code": 422, "message": "You have no room left"}}]
    hub_side.break_at(BATCH, status=200, body=json.dumps({"objects": objects}))

    with pytest.raises(errors.HubRefused, match="no room left"):
        await mine.put("weights.bin", content)


@pytest.mark.parametrize("fault", [{"status": 500}, {"status": 403}, {"cut": True}])
async def test_a_storage_that_fails_leaves_everything_as_it_was(hub_side, mine, fault):
    hub_side.break_at("^/_cas/v1/xorbs", **fault)

    with pytest.raises(errors.HubUnavailable):
        await mine.put("weights.bin", os.urandom(100))
    with pytest.raises(errors.HubUnavailable):
        await put_in_bucket(mine.hub, mine.id, "a.txt", os.urandom(100))

    assert hub_side.asked("/commit/|/batch$") == hub_side.asked(BATCH)


async def test_an_upload_that_takes_too_long_ends(hub_side, mine, monkeypatch):
    monkeypatch.setattr("mcpendpoint.hub.xet.UPLOAD_SECONDS", 0.3)
    hub_side.break_at("^/_cas/v1/xorbs", delay=20)

    with pytest.raises(errors.HubUnavailable, match="in time"):
        await put_in_bucket(mine.hub, mine.id, "a.txt", os.urandom(100))


async def test_a_branch_with_a_slash_is_committed_to(hub_side, mine):
    await mine.hub.change("POST", f"/api/models/{mine.id}/branch/feature%2Fa", {})

    await mine.put("a.txt", b"a", name="feature/a")

    assert await mine.read("a.txt", revision="feature/a") == b"a"
    with pytest.raises(errors.HubNotFound):
        await mine.read("a.txt")


@pytest.mark.parametrize("content", [b"text", b"\0large"])
async def test_a_renamed_repository_is_written_to_by_its_old_name(mine, content):
    names = {"fromRepo": mine.id, "toRepo": f"{mine.id}-2", "type": "model"}
    await mine.hub.change("POST", "/api/repos/move", names)

    await mine.put("a.txt", content)

    assert await mine.read("a.txt") == content


async def test_nobody_writes_to_what_they_cannot_see(hub_side, mine):
    for kind in RepoType:
        with pytest.raises(errors.HubNotFound):
            await put_file(mine.hub, Branch(kind, "alice/private"), "a.txt", b"a", MESSAGE)
    with pytest.raises(errors.HubNotFound):
        await put_in_bucket(mine.hub, "alice/scratch", "a.txt", b"a")

    assert hub_side.asked("/commit/|/batch$") == []


async def test_a_call_that_is_given_up_stops_the_upload(hub_side, mine):
    hub_side.break_at("^/_cas/v1/xorbs", delay=20)
    writing = asyncio.create_task(put_in_bucket(mine.hub, mine.id, "a.txt", os.urandom(100)))
    while not await asyncio.to_thread(hub_side.asked, "^/_cas/v1/xorbs"):
        pass  # it is on its way

    writing.cancel()

    with pytest.raises(asyncio.CancelledError):
        await writing
    hub_side.heal()
    assert hub_side.asked("/batch$") == []
    for name in "abcdefghij":  # more than there are threads
        await put_in_bucket(mine.hub, mine.id, name, name.encode())


@pytest.mark.parametrize("content", [b"text", b"\0large"])
async def test_a_pull_request_is_opened_instead(hub_side, mine, content):
    commit = await mine.put("a.txt", content, as_pull_request=True)

    assert commit.pull_request_url == f"{hub_side.url}/{mine.id}/discussions/1"
    assert await mine.read("a.txt", revision="refs/pr/1") == content
    with pytest.raises(errors.HubNotFound):
        await mine.read("a.txt")


async def test_a_branch_that_moved_on_is_a_conflict(mine):
    first = await mine.put("a.txt", b"1")
    await mine.put("a.txt", b"2")

    with pytest.raises(errors.HubConflict):
        await put_file(mine.hub, mine.branch, "a.txt", b"3", Message("Late", parent=first.oid))

    assert await mine.read("a.txt") == b"2"


async def test_a_deleted_file_is_gone(mine):
    await mine.put("a.txt", b"a")
    assert await mine.read("a.txt") == b"a"

    await delete_file(mine.hub, mine.branch, "a.txt", MESSAGE)

    with pytest.raises(errors.HubNotFound):
        await mine.read("a.txt")
    with pytest.raises(errors.HubNotFound):
        await delete_file(mine.hub, mine.branch, "a.txt", MESSAGE)


@pytest.mark.parametrize("content", [b"", b"hello", os.urandom(200_000)])
async def test_files_of_buckets_are_written_and_deleted(mine, content):
    await put_in_bucket(mine.hub, mine.id, "sub/a b.bin", content)
    assert await mine.read("sub/a b.bin", "buckets") == content

    await delete_from_bucket(mine.hub, mine.id, "sub/a b.bin")

    with pytest.raises(errors.HubNotFound):
        await mine.read("sub/a b.bin", "buckets")
    with pytest.raises(errors.HubRefused, match="does not exist"):
        await delete_from_bucket(mine.hub, mine.id, "sub/a b.bin")
