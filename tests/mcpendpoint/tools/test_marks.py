"""What others wrote is marked as theirs where an assistant reads it, before the first of it."""

import pytest

from mcpendpoint.tools.markdown import BY_OTHERS
from tests.mcpendpoint.tools.calling import call

TEXTS = {"description", "abstract", "ai_summary", "excerpt", "note", "details", "cells"}

PAPERS = ["search hf://papers attention", "ls hf://papers/daily/latest", "ls hf://papers/trending"]
LISTS = [*PAPERS, "search hf://docs tokenizer", "search hf://spaces make"]

ASKED = [
    *(("hf_fs", {"operations": [line]}) for line in LISTS),
    ("hub_repo_search", {"repo_types": ["dataset"], "query": "squad"}),
    ("hub_repo_search", {"repo_types": ["model", "space"], "query": "image"}),
    ("hub_repo_details", {"repo_ids": ["acme/squad"]}),
    ("hub_repo_details", {"repo_ids": ["acme/squad"], "operations": ["dataset_preview"]}),
    ("hub_repo_details", {"repo_ids": ["alice"]}),
    ("dataset_details", {"dataset_id": "acme/squad"}),
    ("dataset_search", {"query": "squad"}),
    ("space_search", {"query": "make images"}),
    ("paper_search", {"query": "attention"}),
    ("paper_search", {"query": "attention", "concise_only": True}),
    ("get-paper-info", {"arxiv_id": "2502.02737"}),
    ("get-daily-papers", {}),
    ("hf_doc_search", {"query": "tokenizer"}),
    ("search-collections", {"query": "Tiny things"}),
]


def texts_in(value):
    """Yield the texts of others in a structured content."""
    if isinstance(value, list):
        for item in value:
            yield from texts_in(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key in TEXTS and item:
                yield item if isinstance(item, str) else str(next(iter(item.values())))
            else:
                yield from texts_in(item)


@pytest.mark.parametrize(("tool", "arguments"), ASKED, ids=str)
async def test_texts_of_others_come_after_the_mark(hub_side, tool, arguments):
    called = await call(tool, **arguments)

    first = next(texts_in(called.content))
    assert called.text.index(BY_OTHERS) < called.text.index(first[:20])


async def test_notes_in_a_collection_come_after_the_mark(hub_side):
    found = await call("search-collections", query="Tiny things")
    owner, _, name = found.content["results"][0]["slug"].partition("/")

    called = await call("get-collection-info", namespace=owner, collection_id=name)

    notes = list(texts_in(called.content))
    assert len(notes) > 1
    assert called.text.index(BY_OTHERS) < called.text.index(notes[0])


@pytest.mark.parametrize(
    "line", ["ls hf://", "ls hf://papers/daily", "ls hf://models/acme/tiny-llm"]
)
async def test_what_holds_no_text_of_others_has_no_mark(hub_side, line):
    called = await call("hf_fs", operations=[line])

    assert not called.is_error
    assert BY_OTHERS not in called.text
