"""hf://collections: what each operation says about each kind of URI."""

import json

import pytest

from tests.mcpendpoint.tools.hf_fs.calling import code_of, result_of, run, uris_of


@pytest.fixture
async def tiny(hub_side):
    """The URI of a collection with an item of each type."""
    return next(uri for uri in await uris_of("ls hf://collections/acme") if "tiny-things" in uri)


@pytest.fixture
async def secret(hub_side):
    uris = await uris_of("ls hf://collections/alice", "hf_alice")
    return next(uri for uri in uris if "secret" in uri)


async def test_the_root_has_a_guide_and_some_that_trend(hub_side):
    result = await result_of("ls hf://collections --limit 4")

    readme, first, *_ = result["entries"]
    assert readme["uri"] == "hf://collections/README.md"
    assert first["type"] == "collection"
    assert first["path"].startswith("HuggingFaceTB/small-language-models-")
    assert first["upvotes"] == 640
    assert "bounded collection sample" in result["truncation_message"]
    following = await uris_of("ls hf://collections --limit 4 --offset 4")
    assert not set(following) & {entry["uri"] for entry in result["entries"]}


async def test_the_guide_is_read(hub_side):
    assert (await result_of("cat hf://collections/README.md"))["content"].startswith("# Coll")
    assert hub_side.asked() == []


async def test_an_owner_has_collections(hub_side):
    result = await result_of("ls hf://collections/acme")

    assert [entry["title"] for entry in result["entries"]] == ["Tiny things", "Nothing yet"]
    assert all("/" not in entry["path"] for entry in result["entries"])


async def test_collections_are_sorted(hub_side):
    result = await result_of("search hf://collections --sort upvotes")

    upvotes = [entry["upvotes"] for entry in result["entries"]]
    assert upvotes == sorted(upvotes, reverse=True)


async def test_a_sort_that_collections_do_not_have_is_ignored_with_a_warning(hub_side):
    result = await result_of("ls hf://collections/acme --sort downloads")

    assert result["entries"]
    assert "Ignored --sort downloads" in result["warnings"][0]


async def test_globs_match_names_whatever_their_case(hub_side, tiny):
    assert await uris_of("ls hf://collections/acme --glob 'TINY*'") == [tiny]
    assert tiny in await uris_of("ls hf://collections --glob 'tiny*' --limit 1000")


async def test_collections_are_found_by_topic(hub_side, tiny):
    assert await uris_of("search hf://collections 'tiny things'") == [tiny]
    assert await uris_of("search hf://collections/acme small") == [tiny]
    assert await uris_of("search hf://collections/acme nothing-like-it") == []


async def test_private_collections_are_their_owners(hub_side, secret):
    assert secret not in await uris_of("ls hf://collections/alice", "hf_bob")
    assert secret not in await uris_of("ls hf://collections/alice")
    assert await code_of(f"ls {secret}", "hf_bob") == "ACCESS_DENIED"
    assert await code_of(f"ls {secret}") == "ACCESS_DENIED"
    assert (await result_of(f"stat {secret}", "hf_alice"))["type"] == "collection"


async def test_a_collection_has_three_children(hub_side, tiny):
    assert await uris_of(f"ls {tiny}") == [
        f"{tiny}/metadata.json",
        f"{tiny}/items",
        f"{tiny}/history.json",
    ]


async def test_items_are_links_in_their_order(hub_side, tiny):
    result = await result_of(f"ls {tiny}/items")

    assert {entry["type"] for entry in result["entries"]} == {"link"}
    assert [entry["target_uri"].split("/")[2] for entry in result["entries"]] == [
        *("models", "datasets", "spaces", "papers", "buckets", "collections"),
    ]
    first = result["entries"][0]
    assert first["name"] == "000-model-acme-tiny-llm"
    assert first["target_uri"] == "hf://models/acme/tiny-llm"
    assert first["description"].startswith("Start here")
    assert first["uri"] == f"{tiny}/items/{first['name']}"


async def test_every_item_leads_somewhere(hub_side, tiny):
    targets = [entry["target_uri"] for entry in (await result_of(f"ls {tiny}/items"))["entries"]]

    batch = await run(*(["stat", target] for target in targets))

    assert all(item["result"]["exists"] for item in batch.items)


async def test_items_that_one_may_not_see_are_not_there(hub_side, tiny):
    private = "hf://models/alice/private"

    def targets(result):
        return [entry["target_uri"] for entry in result["entries"]]

    assert private in targets(await result_of(f"ls {tiny}/items", "hf_alice"))
    assert private not in targets(await result_of(f"ls {tiny}/items", "hf_bob"))
    assert private not in targets(await result_of(f"ls {tiny}/items"))


async def test_documents_are_what_the_hub_says(hub_side, tiny):
    metadata = await result_of(f"cat {tiny}/metadata.json --max-bytes 0")
    history = await result_of(f"cat {tiny}/history.json")

    assert json.loads(metadata["content"])["title"] == "Tiny things"
    assert json.loads(history["content"])["history"][-1]["type"] == "created"
    assert metadata["content_type"] == "application/json"


async def test_what_is_below_is_found(hub_side, tiny):
    below = await uris_of(f"find {tiny}")
    assert f"{tiny}/items" in below
    assert f"{tiny}/items/000-model-acme-tiny-llm" in below
    assert await uris_of(f"find {tiny} --type link --name '*SQUAD'") == [
        f"{tiny}/items/001-dataset-acme-squad"
    ]
    assert await uris_of(f"find {tiny}/items --name '000-*'") == [
        f"{tiny}/items/000-model-acme-tiny-llm"
    ]
    assert await uris_of(f"ls {tiny} -R") == below
    of_owner = await uris_of("find hf://collections/acme")
    assert tiny in of_owner
    assert f"{tiny}/metadata.json" in of_owner


@pytest.mark.parametrize(
    ("suffix", "kind"),
    [
        ("", "collection"),
        ("/items", "dir"),
        ("/metadata.json", "file"),
        ("/history.json", "file"),
        ("/items/000-model-acme-tiny-llm", "link"),
        ("/items/000-model-other", "missing"),
    ],
)
async def test_everything_can_be_inspected(hub_side, tiny, suffix, kind):
    result = await result_of(["stat", tiny + suffix])

    assert (result["type"], result["exists"]) == (kind, kind != "missing")
    if kind == "link":
        assert result["target_uri"] == "hf://models/acme/tiny-llm"


@pytest.mark.parametrize(
    ("uri", "kind"),
    [
        ("hf://collections", "dir"),
        ("hf://collections/acme", "dir"),
        ("hf://collections/bob", "dir"),
        ("hf://collections/no-such-owner", "missing"),
        ("hf://collections/acme/nothing-012345678901234567890123", "missing"),
    ],
)
async def test_owners_can_be_inspected(hub_side, uri, kind):
    result = await result_of(["stat", uri])

    assert (result["type"], result["exists"]) == (kind, kind != "missing")


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("cat hf://collections", "NOT_A_FILE"),
        ("find hf://collections", "UNSUPPORTED_OPERATION"),
        ("ls hf://collections -R", "UNSUPPORTED_OPERATION"),
        ("ls hf://collections/README.md", "NOT_A_DIRECTORY"),
        ("attach hf://collections/acme", "NOT_A_FILE"),
        ("cat hf://collections/acme", "NOT_A_FILE"),
        ("ls hf://collections/no-such-owner", "NOT_FOUND"),
        ("find hf://collections/no-such-owner", "NOT_FOUND"),
        ("ls hf://collections/acme/nothing-0123", "NOT_FOUND"),
        ("cat hf://collections/acme/nothing-0123/metadata.json", "NOT_FOUND"),
        ("cat {}", "NOT_A_FILE"),
        ("cat {}/items", "NOT_A_FILE"),
        ("cat {}/nothing", "NOT_FOUND"),
        ("ls {}/nothing", "NOT_FOUND"),
        ("stat {}/nothing", "NOT_FOUND"),
        ("ls {}/metadata.json", "NOT_A_DIRECTORY"),
        ("find {}/history.json", "NOT_A_DIRECTORY"),
        ("ls {}/metadata.json/x", "NOT_FOUND"),
        ("ls {}/items/000-model-acme-tiny-llm", "NOT_A_DIRECTORY"),
        ("cat {}/items/000-model-acme-tiny-llm", "NOT_A_FILE"),
        ("cat {}/items/999-model-nothing", "NOT_FOUND"),
        ("attach {}/items/000-model-acme-tiny-llm", "NOT_A_FILE"),
    ],
)
async def test_what_cannot_be_done_has_a_code(hub_side, tiny, line, code):
    assert await code_of(line.format(tiny)) == code


@pytest.mark.parametrize(("status", "code"), [(429, "RATE_LIMITED"), (503, "UNAVAILABLE")])
async def test_a_failing_hub_is_told(hub_side, status, code):
    headers = {"headers": {"Retry-After": "0"}} if status == 503 else {}
    hub_side.break_at("^/api/collections", status=status, **headers)

    batch = await run("ls hf://collections", "ls hf://collections/acme", "ls hf://")

    assert [item.get("error", {}).get("code") for item in batch.items] == [
        f"HF_FS_{code}",
        f"HF_FS_{code}",
        None,
    ]
