"""hf://buckets: what each operation says about each kind of URI."""

import pytest

from tests.mcpendpoint.tools.hf_fs.calling import code_of, result_of, run, uris_of

FILES = "hf://buckets/acme/files"
SCRATCH = "hf://buckets/alice/scratch"


async def test_an_owner_has_buckets(hub_side):
    result = await result_of("ls hf://buckets/acme")

    first = result["entries"][0]
    assert (first["type"], first["uri"], first["repo_type"]) == ("bucket", FILES, "bucket")
    assert first["total_files"] == 157
    assert first["size"] > 5_000
    assert await uris_of("find hf://buckets/acme --name 'fil*'") == [FILES]


async def test_somebody_who_signed_in_has_buckets_of_their_own(hub_side):
    assert SCRATCH in await uris_of("ls hf://buckets", "hf_alice")
    assert await code_of("ls hf://buckets") == "UNSUPPORTED_OPERATION"


async def test_private_buckets_are_their_owners(hub_side):
    assert SCRATCH in await uris_of("ls hf://buckets/alice", "hf_alice")
    assert SCRATCH not in await uris_of("ls hf://buckets/alice", "hf_bob")
    assert SCRATCH not in await uris_of("ls hf://buckets/alice")
    assert "diary" in (await result_of(f"cat {SCRATCH}/diary.txt", "hf_alice"))["content"]
    assert await code_of(f"cat {SCRATCH}/diary.txt", "hf_bob") == "NOT_FOUND"
    assert await code_of(f"cat {SCRATCH}/diary.txt") == "ACCESS_DENIED"
    assert (await result_of(f"stat {SCRATCH}", "hf_bob"))["type"] == "missing"


async def test_a_bucket_has_folders_and_files(hub_side):
    result = await result_of(f"ls {FILES}")

    by_path = {entry["path"]: entry for entry in result["entries"]}
    assert by_path["runs"] == {"type": "dir", "path": "runs", "uri": f"{FILES}/runs"}
    assert by_path["README.md"]["size"] == 36
    assert by_path["README.md"]["updated_at"].startswith("2026-08-03")
    assert await uris_of(f"ls {FILES}/runs") == [f"{FILES}/runs/1", f"{FILES}/runs/2"]
    assert await uris_of("ls hf://buckets/acme/models") == []


async def test_files_and_folders_are_found(hub_side):
    assert await uris_of(f"find {FILES} --type dir") == [
        f"{FILES}/{path}" for path in ("images", "runs", "runs/1", "runs/2", "shards")
    ]
    assert await uris_of(f"find {FILES}/runs --name '*.jsonl'") == [f"{FILES}/runs/1/metrics.jsonl"]
    assert len(await uris_of(f"find {FILES}/shards")) == 150
    assert await uris_of(f"find {FILES}/README.md") == [f"{FILES}/README.md"]
    first = await result_of(f"find {FILES}/shards --limit 120")
    rest = await uris_of(f"find {FILES}/shards --offset {first['next_offset']}")
    assert len(rest) == 30


async def test_odd_names_can_be_read(hub_side):
    for uri in await uris_of(f"ls {FILES}/runs/2"):
        assert (await result_of(["cat", uri]))["content"]
    assert (await result_of(f"cat {FILES}/empty.txt"))["content"] == ""


async def test_a_file_is_read_in_part_without_the_token(hub_side):
    result = await result_of(f"cat {FILES}/README.md --offset 2 --max-bytes 5", "hf_alice")

    assert result["content"] == "Files"
    hub, storage = hub_side.asked("resolve|_storage")
    assert hub["has_authorization"]
    assert not storage["has_authorization"]


async def test_an_image_is_attached(hub_side):
    batch = await run(f"attach {FILES}/images/loss.png")

    assert batch.items[0]["result"]["mime_type"] == "image/png"
    assert len(batch.blocks) == 1


@pytest.mark.parametrize(
    ("uri", "kind"),
    [
        ("hf://buckets", "dir"),
        ("hf://buckets/acme", "namespace"),
        ("hf://buckets/no-such-owner", "missing"),
        (FILES, "repo"),
        (f"{FILES}/runs", "dir"),
        (f"{FILES}/README.md", "file"),
        (f"{FILES}/run", "missing"),
        (f"{FILES}/nothing/at/all", "missing"),
    ],
)
async def test_everything_can_be_inspected(hub_side, uri, kind):
    result = await result_of(["stat", uri])

    assert (result["type"], result["exists"]) == (kind, kind != "missing")


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("find hf://buckets", "UNSUPPORTED_OPERATION"),
        ("cat hf://buckets", "NOT_A_FILE"),
        ("cat hf://buckets/acme", "NOT_A_FILE"),
        ("attach hf://buckets/acme", "NOT_A_FILE"),
        ("ls hf://buckets/no-such-owner", "NOT_FOUND"),
        ("ls hf://buckets/acme --sort likes", "INVALID_ARGUMENT"),
        (f"cat {FILES}", "NOT_A_FILE"),
        (f"attach {FILES}", "NOT_A_FILE"),
        (f"cat {FILES}/runs", "NOT_A_FILE"),
        (f"cat {FILES}/run", "NOT_FOUND"),
        (f"ls {FILES}/run", "NOT_FOUND"),
        (f"find {FILES}/run", "NOT_FOUND"),
        (f"ls {FILES}/README.md", "NOT_A_DIRECTORY"),
        (f"cat {FILES}/runs/1/checkpoint.safetensors", "TEXT_ONLY"),
        (f"attach {FILES}/README.md", "IMAGE_ONLY"),
        ("ls hf://buckets/acme/nothing", "ACCESS_DENIED"),
        (f"ls {SCRATCH}", "ACCESS_DENIED"),
    ],
)
async def test_what_cannot_be_done_has_a_code(hub_side, line, code):
    assert await code_of(line) == code


@pytest.mark.parametrize(("status", "code"), [(429, "RATE_LIMITED"), (503, "UNAVAILABLE")])
async def test_a_failing_hub_is_told(hub_side, status, code):
    headers = {"headers": {"Retry-After": "0"}} if status == 503 else {}
    hub_side.break_at("^/(api/)?buckets", status=status, **headers)

    batch = await run(f"ls {FILES}", f"cat {FILES}/README.md", "ls hf://")

    assert [item.get("error", {}).get("code") for item in batch.items] == [
        f"HF_FS_{code}",
        f"HF_FS_{code}",
        None,
    ]
