"""hf://models, hf://datasets, hf://spaces: what each operation says about each kind of URI."""

from urllib.parse import parse_qs

import pytest

from tests.mcpendpoint.hub_side import fresh_token
from tests.mcpendpoint.tools.hf_fs.calling import code_of, error_of, result_of, run, uris_of

TINY = "hf://models/acme/tiny-llm"
ODD = {
    "50% off #1?.txt": f"{TINY}/50%25%20off%20%231%3F.txt",
    "with space.txt": f"{TINY}/with%20space.txt",
    "данные": f"{TINY}/данные",
}


async def test_the_root_has_a_guide_and_all_roots(hub_side):
    result = await result_of("ls hf://")

    assert [entry["path"] for entry in result["entries"]] == [
        "README.md",
        *("models", "datasets", "spaces", "buckets", "collections", "papers", "docs"),
    ]
    assert hub_side.asked() == []


async def test_the_guide_is_read_in_parts(hub_side):
    whole = await result_of("cat hf://README.md")
    stat = await result_of("stat hf://README.md")
    part = await result_of("cat hf://README.md --offset 2 --max-bytes 4")

    assert whole["content_type"] == "text/markdown"
    assert whole["bytes"] == stat["size"]
    assert (part["content"], part["next_offset"]) == ("The ", 6)


@pytest.mark.parametrize("root", ["models", "datasets", "spaces"])
async def test_a_kind_of_repository_has_a_trending_folder(hub_side, root):
    result = await result_of(f"ls hf://{root}")

    assert [entry["uri"] for entry in result["entries"]] == [f"hf://{root}/trending"]
    assert await uris_of(f"ls hf://{root} --glob x*") == []
    assert (await result_of(f"stat hf://{root}"))["type"] == "dir"
    assert hub_side.asked() == []


@pytest.mark.parametrize("root", ["models", "datasets", "spaces"])
async def test_what_trends_is_listed_in_its_order(hub_side, root):
    uris = await uris_of(f"ls hf://{root}/trending --limit 5")
    all_uris = await uris_of(f"ls hf://{root} --sort trending")
    result = await result_of(f"ls hf://{root}/trending")

    assert uris == all_uris[:5]
    assert 5 < len(all_uris) <= 20
    scores = [entry["trending_score"] for entry in result["entries"]]
    assert scores == sorted(scores, reverse=True)
    assert {entry["repo_type"] for entry in result["entries"]} == {root[:-1]}


async def test_what_trends_is_fetched_once_whatever_the_limit(hub_side):
    await uris_of("ls hf://models/trending --limit 1")
    await uris_of("ls hf://models/trending --limit 9")

    assert len(hub_side.asked("trending")) == 1


async def test_an_owner_has_repositories_the_latest_first(hub_side):
    result = await result_of("ls hf://models/acme")

    updates = [entry["updated_at"] for entry in result["entries"]]
    assert updates == sorted(updates, reverse=True)
    tiny = next(entry for entry in result["entries"] if entry["uri"] == TINY)
    assert tiny == {
        "type": "repo",
        "path": "acme/tiny-llm",
        "uri": TINY,
        "repo_type": "model",
        "private": False,
        "gated": False,
        "likes": 128,
        "downloads": 51_234,
        "task": "text-generation",
        "updated_at": "2026-10-01T12:00:00Z",
    }


async def test_repositories_of_an_owner_can_be_sorted(hub_side):
    result = await result_of("ls hf://models/acme --sort likes")

    likes = [entry["likes"] for entry in result["entries"]]
    assert likes == sorted(likes, reverse=True)


@pytest.mark.parametrize(
    ("sort", "sent"),
    [
        ("trending", "trendingScore"),
        ("upvotes", "trendingScore"),
        ("downloads", "downloads"),
        ("mainSize", "mainSize"),
        ("id", "id"),
    ],
)
async def test_sorts_are_those_of_the_hub(hub_side, sort, sent):
    await run(f"ls hf://datasets/acme --sort {sort}", token=fresh_token())

    (asked,) = hub_side.asked("^/api/datasets")
    assert parse_qs(asked["query"])["sort"] == [sent]


async def test_an_owners_repositories_can_be_found_by_name(hub_side):
    assert await uris_of("find hf://models/acme --name '*-llm'") == [TINY]
    assert await uris_of("ls hf://models/acme --glob 'tiny*'") == [TINY]
    assert await uris_of("find hf://models/acme --path 'tiny-???'") == [TINY]
    assert await uris_of("find hf://models/acme --type file") == []


async def test_listings_go_on_at_an_offset(hub_side):
    everything, offset, uris = await uris_of("ls hf://spaces/acme --limit 500"), 0, []
    while offset is not None:
        result = await result_of(f"ls hf://spaces/acme --limit 3 --offset {offset}")
        uris += [entry["uri"] for entry in result["entries"]]
        offset = result.get("next_offset")
        assert ("truncated" in result) == (offset is not None)

    assert uris == everything
    assert len(uris) > 6


async def test_files_go_on_at_an_offset_across_pages_of_the_hub(hub_side):
    line = f"find {TINY} --name 'part-*' --limit"
    everything = await uris_of(f"{line} 500")
    parts = [*await uris_of(f"{line} 100"), *await uris_of(f"{line} 100 --offset 100")]

    assert parts == everything
    assert len(everything) == 120


@pytest.mark.parametrize("command", ["ls", "find"])
async def test_there_may_be_no_such_owner(hub_side, command):
    assert await code_of(f"{command} hf://models/no-such-owner") == "NOT_FOUND"


async def test_an_owner_may_have_nothing(hub_side):
    assert await uris_of("ls hf://models/admin") == []


async def test_private_repositories_are_their_owners(hub_side):
    private = "hf://models/alice/private"

    assert private in await uris_of("ls hf://models/alice", "hf_alice")
    assert private not in await uris_of("ls hf://models/alice", "hf_bob")
    assert private not in await uris_of("ls hf://models/alice")


async def test_a_repository_has_folders_and_files(hub_side):
    result = await result_of(f"ls {TINY}")

    by_path = {entry["path"]: entry for entry in result["entries"]}
    assert by_path["images"] == {"type": "dir", "path": "images", "uri": f"{TINY}/images"}
    assert by_path["notes.txt"]["size"] == 21
    assert by_path["model.safetensors"]["lfs"] is True
    assert "lfs" not in by_path["notes.txt"]
    assert by_path["empty.txt"]["size"] == 0


@pytest.mark.parametrize("path", ODD)
async def test_every_entry_has_a_uri_that_can_be_used(hub_side, path):
    result = await result_of(f"ls {TINY}")
    uri = next(entry["uri"] for entry in result["entries"] if entry["path"] == path)

    assert uri == ODD[path]
    stat = await result_of(["stat", uri])
    assert (stat["exists"], stat["path"]) == (True, path)
    if stat["type"] == "file":
        assert (await result_of(["cat", uri]))["content"].startswith("A name")


@pytest.mark.parametrize(
    ("line", "paths"),
    [
        ("ls {}/tokenizer", ["tokenizer/special", "tokenizer/vocab.json"]),
        (
            "ls {}/tokenizer -R",
            ["tokenizer/special", "tokenizer/special/tokens.txt", "tokenizer/vocab.json"],
        ),
        ("ls {}/tokenizer --type file", ["tokenizer/vocab.json"]),
        ("ls {}/tokenizer -R --glob '*.txt'", []),
        ("ls {}/tokenizer -R --glob '**/*.txt'", ["tokenizer/special/tokens.txt"]),
        ("find {}/tokenizer --name '*.txt'", ["tokenizer/special/tokens.txt"]),
        ("find {} --path 'tok*/*/*'", ["tokenizer/special/tokens.txt"]),
        ("find {} --name .git*", [".gitattributes"]),
        ("find {} --type dir --name s*", ["shards", "tokenizer/special"]),
        ("find {}/tokenizer/vocab.json", ["tokenizer/vocab.json"]),
        ("find {}/tokenizer/vocab.json --path vocab.json", ["tokenizer/vocab.json"]),
        ("find {}/tokenizer/vocab.json --name x", []),
    ],
)
async def test_files_are_filtered(hub_side, line, paths):
    result = await result_of(line.format(TINY))

    assert [entry["path"] for entry in result["entries"]] == paths


@pytest.mark.parametrize(
    ("revision", "path", "content"),
    [
        ("", "notes.txt", "A banana is a fruit.\n"),
        ("@v1", "README.md", "# Tiny LLM\n"),
        ("@refs/pr/1", "notes.txt", "A proposal.\n"),
        ("@refs%2Fpr%2F1", "notes.txt", "A proposal.\n"),
        ("@feature%2Fquantized", "onnx/model_int8.onnx", None),
    ],
)
async def test_revisions_have_files_of_their_own(hub_side, revision, path, content):
    uri = f"{TINY}{revision}/{path}"

    assert (await result_of(["stat", uri]))["exists"]
    if content is not None:
        assert (await result_of(["cat", uri]))["content"] == content
    folder = await uris_of(["ls", uri.rpartition("/")[0]])
    assert uri.replace("%2Fpr%2F", "/pr/") in folder


async def test_a_revision_may_not_exist(hub_side):
    assert await code_of(f"ls {TINY}@nowhere") == "NOT_FOUND"
    assert (await result_of(f"stat {TINY}@nowhere"))["type"] == "missing"


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        (TINY, {"type": "repo", "exists": True, "likes": 128, "private": False}),
        ("hf://models/acme/gated", {"type": "repo", "gated": "manual"}),
        ("hf://datasets/acme/squad", {"type": "repo", "repo_type": "dataset"}),
        ("hf://spaces/acme/demo", {"type": "repo", "sdk": "gradio"}),
        (f"{TINY}/images", {"type": "dir", "path": "images"}),
        (f"{TINY}/notes.txt", {"type": "file", "size": 21}),
        (f"{TINY}/model.safetensors", {"type": "file", "size": 30, "lfs": True}),
        (f"{TINY}/empty.txt", {"type": "file", "size": 0}),
        (f"{TINY}/nothing.txt", {"type": "missing", "exists": False}),
        ("hf://models/acme", {"type": "namespace", "namespace": "acme"}),
        ("hf://spaces/alice", {"type": "namespace", "namespace": "alice"}),
        ("hf://models/no-such-owner", {"type": "missing", "exists": False}),
        ("hf://models/trending", {"type": "dir", "path": "trending"}),
        ("hf://", {"type": "dir"}),
    ],
)
async def test_everything_can_be_inspected(hub_side, uri, expected):
    result = await result_of(["stat", uri])

    assert {name: result[name] for name in expected} == expected


async def test_a_missing_repository_is_missing_for_those_who_would_see_it(hub_side):
    token = fresh_token()

    assert (await result_of("stat hf://models/acme/nothing", token))["type"] == "missing"
    assert (await result_of("stat hf://models/alice/private", "hf_bob"))["type"] == "missing"
    assert (await result_of("stat hf://models/alice/private", "hf_alice"))["exists"]


async def test_a_repository_of_the_first_days_has_one_name(hub_side):
    stat = await result_of("stat hf://models/gpt2")
    files = await uris_of("ls hf://models/gpt2")
    found = await uris_of("find hf://models/gpt2 --name config.json")
    read = await result_of("cat hf://models/gpt2/config.json")

    assert (stat["type"], stat["target_uri"]) == ("repo", "hf://models/openai-community/gpt2")
    assert "hf://models/gpt2@main/config.json" in files
    assert found == ["hf://models/gpt2@main/config.json"]
    assert "gpt2" in read["content"]
    assert (await result_of("cat hf://models/gpt2@main/config.json"))["content"] == read["content"]
    assert (await result_of("stat hf://models/gpt2@main"))["exists"]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("cat hf://", "INVALID_ARGUMENT"),
        ("find hf://", "UNSUPPORTED_OPERATION"),
        ("ls hf:// -R", "UNSUPPORTED_OPERATION"),
        ("attach hf://", "NOT_A_FILE"),
        ("ls hf://README.md", "NOT_A_DIRECTORY"),
        ("find hf://README.md", "NOT_A_DIRECTORY"),
        ("attach hf://README.md", "NOT_A_FILE"),
        ("cat hf://models", "NOT_A_FILE"),
        ("find hf://models", "UNSUPPORTED_OPERATION"),
        ("ls hf://models -R", "UNSUPPORTED_OPERATION"),
        ("ls hf://models --sort likes", "INVALID_ARGUMENT"),
        ("attach hf://models", "NOT_A_FILE"),
        ("cat hf://models/trending", "NOT_A_FILE"),
        ("find hf://models/trending", "UNSUPPORTED_OPERATION"),
        ("ls hf://models/trending --sort likes", "INVALID_ARGUMENT"),
        ("attach hf://models/trending", "NOT_A_FILE"),
        ("cat hf://models/acme", "NOT_A_FILE"),
        ("attach hf://models/acme", "NOT_A_FILE"),
        (f"cat {TINY}", "NOT_A_FILE"),
        (f"cat {TINY}@v1", "NOT_A_FILE"),
        (f"attach {TINY}", "NOT_A_FILE"),
        (f"ls {TINY} --sort likes", "INVALID_ARGUMENT"),
        (f"cat {TINY}/shards", "NOT_A_FILE"),
        (f"cat {TINY}/nothing.txt", "NOT_FOUND"),
        (f"cat {TINY}/nothing.safetensors", "NOT_FOUND"),
        (f"ls {TINY}/nothing", "NOT_FOUND"),
        (f"find {TINY}/nothing", "NOT_FOUND"),
        (f"ls {TINY}/notes.txt", "NOT_A_DIRECTORY"),
        (f"cat {TINY}/model.safetensors", "TEXT_ONLY"),
        (f"cat {TINY}/images/logo.png", "TEXT_ONLY"),
        (f"cat {TINY}/text/latin-1.txt", "TEXT_ONLY"),
        (f"cat {TINY}/text/with-nul.txt", "TEXT_ONLY"),
        ("ls hf://models/acme/nothing", "ACCESS_DENIED"),
        ("stat hf://models/acme/nothing", "ACCESS_DENIED"),
        ("cat hf://models/acme/gated/config.json", "ACCESS_DENIED"),
        ("ls hf://models/acme/disabled", "ACCESS_DENIED"),
        ("ls hf://models/alice/private", "ACCESS_DENIED"),
        (f"search hf://spaces {'x' * 251}", "INVALID_ARGUMENT"),
    ],
)
async def test_what_cannot_be_done_has_a_code(hub_side, line, code):
    assert await code_of(line) == code


async def test_what_is_gated_says_where_its_conditions_are(hub_side):
    error = await error_of("cat hf://models/acme/gated/config.json", fresh_token())

    assert error["code"] == "HF_FS_ACCESS_DENIED"
    assert f"{hub_side.url}/acme/gated" in error["message"]


async def test_a_search_is_by_words_owner_and_sort(hub_side):
    assert TINY in await uris_of("search hf://models tiny")
    assert await uris_of("search hf://models/acme tiny --type repo") == [TINY]
    assert await uris_of("search hf://datasets/acme squad") == ["hf://datasets/acme/squad"]
    likes = [
        entry["likes"] for entry in (await result_of("search hf://models --sort likes"))["entries"]
    ]
    assert likes == sorted(likes, reverse=True)


async def test_a_search_says_when_there_is_more(hub_side):
    first = await result_of("search hf://models --limit 2")
    second = await result_of("search hf://models --limit 2 --offset 2")

    assert (first["truncated"], first["truncation_reason"], first["next_offset"]) == (
        True,
        "limit",
        2,
    )
    uris = [entry["uri"] for result in (first, second) for entry in result["entries"]]
    assert uris == await uris_of("search hf://models --limit 4")


async def test_a_search_for_files_says_that_it_finds_repositories(hub_side):
    result = await result_of("search hf://models tiny --type file")

    assert result["entries"] == []
    assert "search finds repositories" in result["warnings"][0]
    assert hub_side.asked() == []


async def test_spaces_are_found_by_what_they_do(hub_side):
    result = await result_of("search hf://spaces generating images from text")

    best = result["entries"][0]
    assert best["semantic_relevance"] >= result["entries"][-1]["semantic_relevance"]
    assert {"title", "description", "sdk", "category", "tags"} <= best.keys()
    (asked,) = hub_side.asked()
    assert asked["path"] == "/api/spaces/semantic-search"


async def test_spaces_are_filtered_by_tag_and_kind(hub_side):
    for line in ("image --kind mcp", "image --tag mcp-server", "--kind mcp", "--tag mcp-server"):
        result = await result_of(f"search hf://spaces {line}")

        assert result["entries"]
        assert all("mcp-server" in entry.get("tags", ["mcp-server"]) for entry in result["entries"])


async def test_spaces_found_by_meaning_can_be_sorted(hub_side):
    result = await result_of("search hf://spaces image --sort likes")

    likes = [entry["likes"] for entry in result["entries"]]
    assert likes == sorted(likes, reverse=True)


async def test_spaces_of_an_owner_are_found_by_words(hub_side):
    assert "hf://spaces/acme/image-maker" in await uris_of("search hf://spaces/acme image")
    assert hub_side.asked("semantic") == []


async def test_spaces_have_no_downloads_to_sort_by(hub_side):
    await run("search hf://spaces/acme --sort downloads", token=fresh_token())

    (asked,) = hub_side.asked("^/api/spaces")
    assert parse_qs(asked["query"])["sort"] == ["likes"]
