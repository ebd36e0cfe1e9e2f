"""model_search, dataset_search, space_search, model_details, dataset_details."""

import pytest

from tests.mcpendpoint.tools.calling import call


async def test_models_are_found_by_words_owner_task_and_library(hub_side):
    called = await call(
        "model_search", query="bert", author="google-bert", task="fill-mask", library="transformers"
    )

    ids = [repo["id"] for repo in called.content["results"]]
    assert ids
    assert all(repo_id.startswith("google-bert/") for repo_id in ids)
    assert "`google-bert/bert-base-uncased`" in called.text


async def test_models_are_sorted_and_counted_out(hub_side):
    called = await call("model_search", sort="downloads", limit=3)

    downloads = [repo["downloads"] for repo in called.content["results"]]
    assert len(downloads) == 3
    assert downloads == sorted(downloads, reverse=True)
    assert called.content["has_more"] is True
    assert called.text.startswith("3 models, more match.")


async def test_datasets_are_found_by_tags(hub_side):
    called = await call("dataset_search", query="squad", tags=["language:en"])

    assert "rajpurkar/squad" in [repo["id"] for repo in called.content["results"]]


@pytest.mark.parametrize("tool", ["model_search", "dataset_search"])
async def test_a_search_may_find_nothing(hub_side, tool):
    called = await call(tool, query="no-repository-is-called-this")

    assert called.content == {"results": [], "has_more": False}
    assert called.text.startswith("No ")


async def test_private_models_are_found_by_their_owner_only(hub_side):
    mine = await call("model_search", author="alice", token="hf_alice")
    theirs = await call("model_search", author="alice", token="hf_bob")

    assert "alice/private" in mine.text
    assert "alice/private" not in theirs.text


async def test_spaces_are_found_by_what_they_do(hub_side):
    called = await call("space_search", query="make a picture from words", limit=2)

    first, second = called.content["results"]
    assert first["relevance"] >= second["relevance"]
    assert called.content["total"] >= 2
    assert "Relevance" in called.text


async def test_only_spaces_that_are_mcp_servers_are_found_on_request(hub_side):
    called = await call("space_search", query="image", limit=100, mcp=True)

    assert called.content["results"]
    assert all("mcp-server" in space["tags"] for space in called.content["results"])


@pytest.mark.parametrize(
    ("tool", "argument", "repo_id"),
    [
        ("model_details", "model_id", "google-bert/bert-base-uncased"),
        ("dataset_details", "dataset_id", "rajpurkar/squad"),
    ],
)
async def test_details_are_those_of_the_new_tool(hub_side, tool, argument, repo_id):
    kind = tool.partition("_")[0]
    called = await call(tool, **{argument: repo_id})
    new = await call("hub_repo_details", repo_ids=[repo_id], repo_type=kind)

    assert called.content == new.content
    assert called.text == new.text


async def test_details_of_what_there_is_not_are_an_error(hub_side):
    called = await call("model_details", model_id="acme/nothing")

    assert called.is_error
    assert "acme/nothing" in called.text


async def test_what_else_a_dataset_has_is_said_with_the_tool_that_shows_it(hub_side):
    found = await call("dataset_details", dataset_id="rajpurkar/squad")

    assert "hub_repo_details with operations dataset_structure" in found.text
