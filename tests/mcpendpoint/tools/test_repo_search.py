from urllib.parse import parse_qsl

import pytest
from pydantic import ValidationError

from mcpendpoint.tools.base import ToolError
from mcpendpoint.tools.repo_search import MAX_CHARS
from tests.mcpendpoint.hub_side import fresh_token
from tests.mcpendpoint.tools.calling import call

ALL = ["model", "dataset", "space"]


async def search(token=None, **arguments):
    return await call("hub_repo_search", token, **arguments)


def ids_of(found):
    return {
        group["repo_type"]: [repo["id"] for repo in group["results"]]
        for group in found.content["groups"]
    }


async def test_a_search_finds_each_type(hub_side):
    found = await search(query="tiny", repo_types=ALL)

    assert ids_of(found) == {
        "model": ["acme/tiny-llm", "openai/whisper-tiny", "alice/tiny-poet"],
        "dataset": [],
        "space": ["acme/demo"],
    }
    assert "No datasets matched." in found.text
    assert "next_cursor" not in found.content


async def test_models_and_datasets_are_what_is_searched_unasked(hub_side):
    found = await search(query="acme", repo_types=["dataset", "dataset"])
    unasked = await search(query="acme")

    assert list(ids_of(found)) == ["dataset"]
    assert list(ids_of(unasked)) == ["model", "dataset"]


async def test_facts_of_a_model_are_there(hub_side):
    found = await search(query="tiny-llm", repo_types=["model"])

    (model,) = found.content["groups"][0]["results"]
    assert model["author"] == "acme"
    assert model["url"] == f"{hub_side.url}/acme/tiny-llm"
    assert (model["task"], model["library"]) == ("text-generation", "transformers")
    assert (model["likes"], model["downloads"]) == (128, 51_234)
    assert "license:mit" in model["tags"]
    assert model["last_modified"] == "2026-10-01T12:00:00Z"
    assert "**Downloads:** 51.2K" in found.text


async def test_facts_of_a_space_are_there(hub_side):
    found = await search(query="image-maker", repo_types=["space"])

    (space,) = found.content["groups"][0]["results"]
    assert (space["title"], space["emoji"], space["sdk"]) == ("Image maker", "🎨", "gradio")
    assert (space["stage"], space["likes"]) == ("RUNNING", 42)
    assert space["description"] == "Generate an image from text"


async def test_a_gated_model_and_a_private_one_are_marked(hub_side):
    found = await search("hf_alice", author="alice", repo_types=["model"])
    gated = await search(query="acme/gated", repo_types=["model"])

    assert "🔐 Private" in found.text
    assert gated.content["groups"][0]["results"][0]["gated"] == "manual"


async def test_private_repositories_are_their_owners(hub_side):
    private = "alice/private"

    assert private in ids_of(await search("hf_alice", author="alice"))["model"]
    assert private not in ids_of(await search("hf_bob", author="alice"))["model"]
    assert private not in ids_of(await search(author="alice"))["model"]
    assert private in ids_of(await search("hf_alice", author="alice"))["model"]


async def test_each_filter_is_sent_by_itself(hub_side):
    found = await search(filters=["llama", "license:mit"], repo_types=["model"])

    (entry,) = hub_side.asked("^/api/models")
    assert [v for k, v in parse_qsl(entry["query"]) if k == "filter"] == ["llama", "license:mit"]
    assert "acme/tiny-llm" in ids_of(found)["model"]


async def test_a_search_text_is_only_ever_a_search_text(hub_side):
    query = "a&author=acme#x/../?limit=1000%00"

    await search(query=query, repo_types=["model"])

    (entry,) = hub_side.asked()
    assert entry["path"] == "/api/models"
    assert dict(parse_qsl(entry["query"]))["search"] == query


async def test_the_highest_come_first(hub_side):
    found = await search(sort="likes", repo_types=ALL, limit=100)

    for group in found.content["groups"]:
        likes = [repo["likes"] for repo in group["results"]]
        assert likes == sorted(likes, reverse=True)


async def test_spaces_are_sorted_by_likes_where_there_are_no_downloads(hub_side):
    found = await search(sort="downloads", repo_types=["space"], limit=3)

    likes = [space["likes"] for space in found.content["groups"][0]["results"]]
    assert likes == sorted(likes, reverse=True)
    assert "no downloads" in found.content["groups"][0]["note"]
    assert "no downloads" in found.text


@pytest.mark.parametrize("limit", [1, 7, 100])
async def test_paging_to_the_end_gives_each_repository_once(hub_side, limit):
    seen, cursor = {name: [] for name in ALL}, None
    while True:
        arguments = {"cursor": cursor} if cursor else {}
        found = await search(author="acme", repo_types=ALL, limit=limit, **arguments)
        for name, ids in ids_of(found).items():
            seen[name] += ids
        cursor = found.content.get("next_cursor")
        if cursor is None:
            break
        assert cursor in found.text

    for name, ids in seen.items():
        assert len(ids) == len(set(ids)) > 3, name


async def test_a_page_that_is_too_long_is_cut_between_repositories_and_goes_on_there(hub_side):
    tags = ",".join(f'"{"t" * 150}{i}"' for i in range(20))
    rows = ",".join(f'{{"id": "a/r{i}", "tags": [{tags}]}}' for i in range(100))
    hub_side.break_at("^/api/(models|datasets)", status=200, body=f"[{rows}]")

    seen, cursor = {"model": [], "dataset": []}, None
    for _ in range(40):
        arguments = {"cursor": cursor} if cursor else {}
        found = await search(limit=100, **arguments)
        assert len(found.text) < MAX_CHARS + 1_000
        assert "More exist" in found.text or "next_cursor" not in found.content
        for name, ids in ids_of(found).items():
            seen[name] += ids
        cursor = found.content.get("next_cursor")
        if cursor is None:
            break

    expected = [f"a/r{i}" for i in range(100)]
    assert seen == {"model": expected, "dataset": expected}


async def test_a_failing_type_does_not_fail_the_others(hub_side):
    hub_side.break_at("^/api/datasets", status=503, headers={"Retry-After": "0"})

    found = await search(query="tiny", repo_types=["model", "dataset"])

    models, datasets = found.content["groups"]
    assert len(models["results"]) == 3
    assert (datasets["problem"]["kind"], datasets["problem"]["retryable"]) == ("unavailable", True)
    assert "⚠️" in found.text


async def test_what_failed_can_be_asked_for_with_the_cursor(hub_side):
    hub_side.break_at("^/api/datasets", status=503, headers={"Retry-After": "0"})
    found = await search(query="squad", repo_types=["model", "dataset"])
    hub_side.heal()

    rest = await search(
        query="squad", repo_types=["model", "dataset"], cursor=found.content["next_cursor"]
    )

    assert "acme/squad" in ids_of(rest)["dataset"]
    assert "model" not in ids_of(rest)


@pytest.mark.parametrize(
    ("status", "token", "says", "is_retryable"),
    [
        (401, None, "sign in", False),
        (401, "hf_bob", "refused the token", False),
        (403, "hf_bob", "permissions", False),
        (429, "hf_bob", "55 seconds", True),
        (500, "hf_bob", "The Hub answers 500", True),
        (400, "hf_bob", "The Hub answers 400", False),
    ],
)
async def test_when_all_types_fail_the_call_does(hub_side, status, token, says, is_retryable):
    retry = {"headers": {"Retry-After": "0"}} if status == 500 else {}
    hub_side.break_at("^/api/(models|datasets)", status=status, **retry)

    with pytest.raises(ToolError, match=says) as caught:
        await search(token, query="x")

    assert caught.value.is_retryable is is_retryable


async def test_a_search_without_result_says_so(hub_side):
    found = await search(query="there-is-no-such-thing", repo_types=ALL)

    assert found.text.startswith("No repositories found")
    assert not found.is_error


async def test_a_cursor_belongs_to_its_arguments(hub_side):
    found = await search(limit=1)

    with pytest.raises(ToolError, match="other arguments"):
        await search(limit=2, cursor=found.content["next_cursor"])


@pytest.mark.parametrize(
    "cursor",
    ["x", "!!!", "bnVsbA", "WzEsMl0", "W10", "eyJhIjoxfQ", "[]", "ü", "A" * 12_000, "../../etc"],
)
async def test_a_cursor_that_is_none_of_ours_is_refused(hub_side, cursor):
    with pytest.raises(ToolError, match="^cursor: "):
        await search(fresh_token(), cursor=cursor)

    assert hub_side.asked() == []


@pytest.mark.parametrize(
    "arguments",
    [
        {"limit": 0},
        {"limit": 101},
        {"limit": "many"},
        {"repo_types": []},
        {"repo_types": ["bucket"]},
        {"sort": "name"},
        {"author": "../x"},
        {"author": "a&b"},
        {"query": "x" * 251},
        {"query": "\ud800"},
        {"filters": ["x" * 201]},
        {"filters": ["x"] * 21},
        {"cursor": "x" * 12_001},
        {"unknown": 1},
    ],
)
async def test_arguments_are_checked(arguments):
    with pytest.raises(ValidationError):
        await search(**arguments)


async def test_where_no_name_fits_spaces_are_found_by_what_they_do(hub_side):
    query = "remove the background of an image"

    found = await search(query=query, repo_types=ALL, limit=2)
    by_mcp = await search(query=query, repo_types=["space"], filters=["mcp-server"])

    ids = ids_of(found)["space"]
    assert ids[0] == "not-lain/background-removal"
    assert len(ids) == 2
    assert "these do what they say" in found.text
    assert "mcp-server" in by_mcp.content["groups"][0]["results"][0]["tags"]


async def test_of_an_owner_only_names_are_searched(hub_side):
    found = await search(
        query="remove the background of an image", repo_types=["space"], author="acme"
    )

    assert ids_of(found) == {"space": []}
    assert hub_side.asked("semantic-search") == []
