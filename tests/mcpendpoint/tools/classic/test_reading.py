"""paper_search, get-paper-info, get-daily-papers, hf_doc_search, hf_doc_fetch, collections."""

import pytest

from mcpendpoint.tools.base import ToolError
from mcpendpoint.tools.classic import doc_fetch
from tests.mcpendpoint.tools.calling import call

SMOL = "2502.02737"
PIPELINES = "/docs/transformers/main_classes/pipelines"


async def test_papers_are_found_with_their_abstracts(hub_side):
    called = await call("paper_search", query="SmolLM2", results_limit=1)

    (paper,) = called.content["results"]
    assert paper["id"] == SMOL
    assert paper["authors"]
    assert "A Hidden Author" not in called.text
    assert paper["abstract"] in called.text


async def test_papers_are_found_with_short_summaries_on_request(hub_side):
    called = await call("paper_search", query="SmolLM2", results_limit=1, concise_only=True)

    (paper,) = called.content["results"]
    assert ("abstract" in paper) is ("ai_summary" not in paper)


async def test_a_paper_comes_with_what_was_made_of_it(hub_side):
    called = await call("get-paper-info", arxiv_id=f"https://arxiv.org/abs/{SMOL}")

    assert called.content["paper"]["title"].startswith("SmolLM2")
    assert "HuggingFaceTB/SmolLM2-135M" in called.content["models"]
    assert "HuggingFaceTB/SmolLM2-135M" in called.text


async def test_a_paper_is_known_when_what_was_made_of_it_is_not(hub_side):
    hub_side.break_at("/api/arxiv", status=500)

    assert (await call("get-paper-info", arxiv_id=SMOL)).content["models"] == []


@pytest.mark.parametrize("arxiv_id", ["1001.00001", "not an id"])
async def test_a_paper_that_there_is_not_is_an_error(hub_side, arxiv_id):
    with pytest.raises(ToolError, match="1001.00001|arXiv id"):
        await call("get-paper-info", arxiv_id=arxiv_id)


async def test_the_daily_papers_are_listed(hub_side):
    called = await call("get-daily-papers")

    assert len(called.content["results"]) > 5
    assert called.text.startswith("Daily Papers")


async def test_documentation_is_searched(hub_side):
    called = await call("hf_doc_search", query="pipeline", product="transformers")

    first = called.content["results"][0]
    assert first["product"] == "transformers"
    assert first["url"] in called.text
    page = await call("hf_doc_fetch", doc_url=first["url"])
    assert page.content["content"]


async def test_a_single_find_is_not_said_to_be_many(hub_side):
    assert (await call("hf_doc_search", query="lora")).text.startswith("1 page.")


async def test_nothing_asked_is_a_list_of_products(hub_side):
    called = await call("hf_doc_search", query="")

    assert "transformers" in [product["name"] for product in called.content["products"]]
    assert "| transformers |" in called.text


@pytest.mark.parametrize(
    "address",
    [
        PIPELINES,
        f"https://huggingface.co{PIPELINES}",
        f"https://huggingface.co{PIPELINES}?x=1",
        "https://hf.co/docs/transformers/main/en/main_classes/pipelines",
        "docs/transformers/main_classes/pipelines.md",
    ],
)
async def test_a_page_is_known_by_any_of_its_addresses(hub_side, address):
    called = await call("hf_doc_fetch", doc_url=address)

    assert called.content["uri"].startswith("hf://docs/transformers/")
    assert called.content["uri"].endswith("main_classes/pipelines.md")


async def test_a_long_page_comes_in_pieces(hub_side, monkeypatch):
    whole = await call("hf_doc_fetch", doc_url=PIPELINES)
    monkeypatch.setattr(doc_fetch, "PIECE_BYTES", 500)

    pieces, offset = [], 0
    while offset is not None:
        called = await call("hf_doc_fetch", doc_url=PIPELINES, offset=offset)
        pieces.append(called.content["content"])
        offset = called.content.get("next_offset")
        assert offset is None or f"offset {offset}" in called.text

    assert len(pieces) > 1
    assert "".join(pieces) == whole.content["content"]


@pytest.mark.parametrize(
    "address",
    ["https://example.org/docs/x/y", "https://www.gradio.app/docs/x", "/models/a/b", "/docs/", ""],
)
async def test_what_is_no_documentation_of_the_hub_is_not_asked_for(hub_side, address):
    with pytest.raises((ToolError, ValueError), match="doc_url"):
        await call("hf_doc_fetch", doc_url=address)

    assert hub_side.asked() == []


@pytest.mark.parametrize("address", ["/docs/no-such-product/x", "/docs/transformers/no-such-page"])
async def test_a_page_that_there_is_not_is_an_error(hub_side, address):
    with pytest.raises(ToolError, match="manifest"):
        await call("hf_doc_fetch", doc_url=address)


async def test_collections_are_found_by_owner_words_and_item(hub_side):
    owned = await call("search-collections", owner="HuggingFaceTB")
    slug = owned.content["results"][0]["slug"]
    info = await call("get-collection-info", namespace="HuggingFaceTB", collection_id=slug)
    item = info.content["items"][0]
    with_item = await call("search-collections", item=f"{item['type']}s/{item['id']}")

    assert slug.startswith("HuggingFaceTB/")
    assert info.content["slug"] == slug
    assert item["id"] in info.text
    assert slug in [found["slug"] for found in with_item.content["results"]]
    assert (await call("search-collections", query="nothing-has-this-title")).content == {
        "results": [],
        "has_more": False,
    }


async def test_a_private_collection_is_its_owners_only(hub_side):
    mine = await call("search-collections", owner="alice", token="hf_alice")
    theirs = await call("search-collections", owner="alice", token="hf_bob")
    (private,) = [found for found in mine.content["results"] if found.get("private")]
    asked = {"namespace": "alice", "collection_id": private["slug"].partition("/")[2]}

    assert private not in theirs.content["results"]
    assert (await call("get-collection-info", **asked, token="hf_alice")).content["items"]
    with pytest.raises(ToolError):
        await call("get-collection-info", **asked, token="hf_bob")


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("paper_search", {"query": "language"}),
        ("get-paper-info", {"arxiv_id": SMOL}),
        ("get-daily-papers", {}),
        ("hf_doc_search", {"query": "pipeline"}),
        ("hf_doc_search", {}),
        ("hf_doc_fetch", {"doc_url": PIPELINES}),
        ("search-collections", {"query": "x"}),
        ("get-collection-info", {"namespace": "acme", "collection_id": "x"}),
        ("model_search", {"query": "x"}),
        ("dataset_search", {"query": "x"}),
        ("space_search", {"query": "x"}),
        ("space_info", {"username": "acme"}),
        ("space_files", {"spaceName": "acme/static"}),
    ],
)
async def test_a_hub_that_does_not_answer_is_worth_another_try(hub_side, tool, arguments):
    hub_side.break_at("/api/|/docs/", status=503)

    with pytest.raises(ToolError) as caught:
        await call(tool, **arguments)

    assert caught.value.is_retryable
