"""Buckets of the stand-in Hub and its Xet storage, with the public clients of both."""

import struct
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from huggingface_hub import HfApi
from huggingface_hub.errors import BucketNotFoundError, HfHubHTTPError
from huggingface_hub.utils import disable_progress_bars

from tests.standins.serve import Running

CONTENTS = {
    "text": "Größe und Höhe 🦜, again and again. ".encode() * 9_000,
    "numbers": struct.pack("<20000f", *(number / 7 for number in range(20_000))),
    "nothing": b"",
}


@pytest.fixture(autouse=True)
def _quiet() -> None:
    disable_progress_bars()


@pytest.fixture
def bucket_id(somebody: HfApi) -> str:
    return somebody.create_bucket(somebody.whoami()["name"] + "/things").bucket_id


@pytest.fixture
def salt() -> bytes:
    """The client remembers what it has uploaded, on disk: nothing is the same in two runs."""
    return uuid4().bytes


def test_lists_buckets_of_an_owner(alice: HfApi, anonymous: HfApi):
    names = [{bucket.id for bucket in api.list_buckets("alice")} for api in (alice, anonymous)]
    mine = {bucket.id for bucket in alice.list_buckets()}

    assert names == [{"alice/scratch", "alice/public-notes"}, {"alice/public-notes"}]
    assert mine == names[0]
    assert [bucket.id for bucket in anonymous.list_buckets("acme", search="fil")] == ["acme/files"]
    with pytest.raises(HfHubHTTPError, match="404"):
        list(anonymous.list_buckets("nobody-at-all"))


def test_tells_about_a_bucket(alice: HfApi, bob: HfApi, anonymous: HfApi):
    bucket = anonymous.bucket_info("acme/files")

    assert (bucket.private, bucket.total_files) == (False, 157)
    assert bucket.size > 5000
    assert alice.bucket_info("alice/scratch").private
    with pytest.raises(BucketNotFoundError):
        bob.bucket_info("alice/scratch")
    with pytest.raises(HfHubHTTPError, match="401"):
        anonymous.bucket_info("alice/scratch")


def test_lists_a_level_and_all_levels_over_several_pages(anonymous: HfApi):
    level = {entry.path: entry.type for entry in anonymous.list_bucket_tree("acme/files")}
    everything = [entry.path for entry in anonymous.list_bucket_tree("acme/files", recursive=True)]

    assert level == {
        "images": "directory",
        "runs": "directory",
        "shards": "directory",
        "README.md": "file",
        "empty.txt": "file",
    }
    assert len(set(everything)) == len(everything) == 157


@pytest.mark.parametrize(
    ("prefix", "paths"),
    [
        ("runs", {"runs/1", "runs/2"}),
        ("ru", {"runs"}),
        ("runs/2", {"runs/2/notes with space #2.txt", "runs/2/данные-😀.txt"}),
        ("nowhere", set()),
    ],
)
def test_lists_below_a_prefix(anonymous: HfApi, prefix: str, paths: set[str]):
    tree = anonymous.list_bucket_tree("acme/files", prefix)

    assert {entry.path for entry in tree} == paths


def test_describes_paths(anonymous: HfApi):
    asked = ["README.md", "runs/2/notes with space #2.txt", "runs", "missing.txt"]

    infos = list(anonymous.get_bucket_paths_info("acme/files", asked))

    assert [info.path for info in infos] == asked[:2]
    assert infos[1].size == len("The second run was better.\n")


def test_serves_files_and_ranges_of_them(hub: Running):
    url = f"{hub.url}/buckets/acme/files/resolve/runs/2/notes%20with%20space%20%232.txt"

    sent_on = httpx.get(url)
    part = httpx.get(url, headers={"Range": "bytes=4-9"}, follow_redirects=True)
    missing = httpx.get(f"{hub.url}/buckets/acme/files/resolve/missing.txt")

    assert sent_on.headers["x-linked-size"] == "27"
    assert (part.status_code, part.text) == (206, "second")
    assert part.headers["content-range"] == "bytes 4-9/27"
    assert (missing.status_code, missing.headers["x-error-code"]) == (404, "EntryNotFound")


def test_private_files_are_their_owners(hub: Running):
    url = f"{hub.url}/buckets/alice/scratch/resolve/diary.txt"

    statuses = [
        httpx.get(url, headers={"Authorization": f"Bearer {token}"} if token else {}).status_code
        for token in ("hf_alice", "hf_bob", None)
    ]

    assert statuses == [302, 404, 401]


def test_creates_and_deletes_a_bucket(somebody: HfApi, bucket_id: str):
    with pytest.raises(HfHubHTTPError, match="409"):
        somebody.create_bucket(bucket_id)
    assert somebody.create_bucket(bucket_id, exist_ok=True).bucket_id == bucket_id
    somebody.update_bucket_settings(bucket_id, private=True)
    assert somebody.bucket_info(bucket_id).private

    somebody.delete_bucket(bucket_id)

    with pytest.raises(BucketNotFoundError):
        somebody.bucket_info(bucket_id)


def test_others_may_not_write(bob: HfApi, somebody: HfApi, bucket_id: str):
    attempts = [
        lambda: bob.create_bucket("bob/things"),
        lambda: somebody.create_bucket("acme/things"),
        lambda: bob.delete_bucket(bucket_id),
        lambda: bob.batch_bucket_files(bucket_id, delete=["a"]),
    ]

    for attempt in attempts:
        with pytest.raises(HfHubHTTPError) as refusal:
            attempt()
        assert refusal.value.response.status_code == 403


@pytest.mark.parametrize("kind", CONTENTS)
def test_takes_and_returns_files(
    somebody: HfApi, bucket_id: str, tmp_path: Path, salt: bytes, kind: str
):
    content = CONTENTS[kind] and salt + CONTENTS[kind]

    somebody.batch_bucket_files(bucket_id, add=[(content, "deep/a file.bin")])

    [entry] = somebody.list_bucket_tree(bucket_id, recursive=True)
    somebody.download_bucket_files(bucket_id, [("deep/a file.bin", tmp_path / "copy")])
    assert (entry.path, entry.size) == ("deep/a file.bin", len(content))
    assert (tmp_path / "copy").read_bytes() == content


def test_returns_files_that_were_there_before(anonymous: HfApi, tmp_path: Path):
    path = "runs/1/checkpoint.safetensors"

    anonymous.download_bucket_files("acme/files", [(path, tmp_path / "copy")])

    assert (tmp_path / "copy").read_bytes() == bytes(5000)


def test_copies_and_deletes_files(somebody: HfApi, bucket_id: str):
    [source] = somebody.get_bucket_paths_info("acme/files", ["README.md"])
    copies = [("bucket", "acme/files", source.xet_hash, path) for path in ("a.md", "b.md")]

    somebody.batch_bucket_files(bucket_id, copy=copies)
    somebody.batch_bucket_files(bucket_id, delete=["a.md"])

    [left] = somebody.list_bucket_tree(bucket_id)
    assert (left.path, left.xet_hash) == ("b.md", source.xet_hash)


def test_says_which_operations_failed(somebody: HfApi, hub: Running, bucket_id: str):
    [source] = somebody.get_bucket_paths_info("acme/files", ["README.md"])
    copy = ("bucket", "acme/files", source.xet_hash, "a.md")

    with pytest.raises(HfHubHTTPError, match="missing.txt"):
        somebody.batch_bucket_files(bucket_id, copy=[copy], delete=["missing.txt"])

    assert [entry.path for entry in somebody.list_bucket_tree(bucket_id)] == ["a.md"]


def test_repositories_take_large_files_by_xet_too(somebody: HfApi, tmp_path: Path, salt: bytes):
    repo_id = somebody.create_repo(somebody.whoami()["name"] + "/weights").repo_id
    content = salt + CONTENTS["numbers"]

    somebody.upload_file(path_or_fileobj=content, path_in_repo="m.safetensors", repo_id=repo_id)

    local = somebody.hf_hub_download(repo_id, "m.safetensors", cache_dir=tmp_path)
    assert Path(local).read_bytes() == content


@pytest.fixture
def storage(hub: Running, somebody: HfApi, bucket_id: str) -> Iterator[httpx.Client]:
    """The storage as the client sees it that reads from a bucket."""
    headers = {"Authorization": f"Bearer {somebody.token}"}
    url = f"{hub.url}/api/buckets/{bucket_id}/xet-read-token"
    granted = httpx.get(url, headers=headers).json()
    headers = {"Authorization": f"Bearer {granted['accessToken']}"}
    with httpx.Client(base_url=granted["casUrl"], headers=headers) as client:
        yield client


def test_storage_takes_its_own_tokens_only_for_what_they_allow(storage: httpx.Client, hub: Running):
    chunk = "/v1/xorbs/default/" + "0" * 64

    assert storage.post(chunk, content=b"").status_code == 403
    assert (
        httpx.post(
            f"{hub.url}/_cas{chunk}", headers={"Authorization": "Bearer hf_alice"}
        ).status_code
        == 401
    )
