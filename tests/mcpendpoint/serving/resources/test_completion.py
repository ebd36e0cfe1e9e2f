"""Completion of templates' variables and prompts' arguments, with the SDK's client in both eras."""

import re

import mcp
import pytest
from mcp_types import INVALID_PARAMS, PromptReference, ResourceTemplateReference

from mcpendpoint.serving.completion import answering
from mcpendpoint.serving.resources.registry import RESOURCES, TEMPLATES
from tests.mcpendpoint.in_process_client import ERAS, connected

REPO = "hf://models/{owner}/{name}"
FILE = "hf://models/{owner}/{name}/{+path}"
PAGE = "hf://docs/{product}/{+path}"


def reference_to(ref):
    if ref.startswith("hf://"):
        return ResourceTemplateReference(type="ref/resource", uri=ref)
    return PromptReference(type="ref/prompt", name=ref)


async def values_of(ref, name, typed, known=None, *, era="legacy", token=None):
    async with connected(era, token) as client:
        argument = {"name": name, "value": typed}
        result = await client.complete(reference_to(ref), argument, context_arguments=known)
    assert len(result.completion.values) <= answering.MAX_VALUES
    return result.completion.values


@pytest.mark.parametrize("era", ERAS)
async def test_owners_are_completed(hub_side, era):
    assert await values_of(REPO, "owner", "goo", era=era) == ["google", "google-bert", "google-t5"]


@pytest.mark.parametrize("era", ERAS)
async def test_names_are_completed_for_the_owner_who_was_chosen(hub_side, era):
    known = {"owner": "google-bert"}

    found = await values_of(REPO, "name", "bert-base-u", known, era=era)

    assert found == ["bert-base-uncased"]
    assert len(await values_of(REPO, "name", "", known, era=era)) > 1
    assert await values_of(REPO, "name", "bert", era=era) == []


async def test_files_are_completed_folder_by_folder(hub_side):
    known = {"owner": "acme", "name": "tiny-llm"}

    assert "images/" in await values_of(FILE, "path", "im", known)
    assert "images/logo.png" in await values_of(FILE, "path", "images/", known)
    assert await values_of(FILE, "path", "images/lo", known) == ["images/logo.png"]
    assert await values_of(FILE, "path", "con", known | {"name": "tiny-llm@main"}) == [
        "config.json"
    ]


async def test_documentation_is_completed(hub_side):
    pages = await values_of(PAGE, "path", "pipe", {"product": "transformers"})

    assert "transformers" in await values_of(PAGE, "product", "trans")
    assert pages
    assert all("pipe" in page for page in pages)


async def test_papers_are_completed_by_id_and_by_words(hub_side):
    trending = await values_of("hf://papers/{paper_id}", "paper_id", "")

    assert all(re.fullmatch(r"\d{4}\.\d{5}", paper) for paper in trending)
    assert trending[0] in await values_of("hf://papers/{paper_id}", "paper_id", trending[0][:4])
    assert "2502.02737" in await values_of("summarize-paper", "arxiv_id", "SmolLM2")


async def test_collections_are_completed(hub_side):
    uri = "hf://collections/{owner}/{slug}"

    assert "acme" in await values_of(uri, "owner", "ac")
    assert await values_of(uri, "slug", "", {"owner": "acme"})


@pytest.mark.parametrize("era", ERAS)
async def test_arguments_of_prompts_are_completed(hub_side, era):
    async def values(prompt, name, typed):
        return await values_of(prompt, name, typed, era=era)

    assert "google-bert/bert-base-uncased" in await values("model-details", "model_id", "bert-b")
    assert await values("dataset-details", "dataset_id", "rajpurkar/sq") == ["rajpurkar/squad"]
    assert "HuggingFaceTB" in await values("user-summary", "user_id", "huggingf")
    assert await values("summarize-paper", "detail_level", "d") == ["detailed"]
    assert await values("summarize-paper", "detail_level", "") == ["brief", "detailed", "eli5"]


async def test_the_last_of_several_models_is_completed(hub_side):
    found = await values_of("compare-models", "model_ids", "openai-community/gpt2, google-bert/")

    assert "openai-community/gpt2, google-bert/bert-base-uncased" in found
    again = await values_of("compare-models", "model_ids", "openai-community/gpt2,openai-c")
    assert "openai-community/gpt2, openai-community/gpt2" not in again


@pytest.mark.parametrize("fault", [{"status": 503}, {"status": 429}, {"status": 200, "body": "<"}])
async def test_a_hub_that_does_not_answer_has_no_values(hub_side, fault):
    hub_side.break_at("/api/", **fault)

    assert await values_of(REPO, "owner", "goo") == []


async def test_a_hub_that_is_slow_has_no_values(hub_side, monkeypatch):
    monkeypatch.setattr(answering, "SECONDS", 0.05)
    hub_side.break_at("/api/models", delay=2)

    assert await values_of(REPO, "owner", "goo") == []


@pytest.mark.parametrize(
    "typed", ["../..", "a/b/c", "\0", "%", "x" * 10_000, "🦜", "&author=alice"]
)
async def test_text_that_no_name_begins_with_has_no_values(hub_side, typed):
    known = {"owner": typed, "name": typed, "product": typed}
    for template in TEMPLATES:
        for name in template.completers:
            found = await values_of(template.uri, name, typed, known)
            # Papers are found by words of their texts as well.
            assert found == [] or template.uri.startswith("hf://papers/")


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("ref", ["hf://no/{such}/template", "no-such-prompt"])
async def test_what_there_is_not_cannot_be_completed(era, ref):
    async with connected(era) as client:
        with pytest.raises(mcp.MCPError) as caught:
            await client.complete(reference_to(ref), {"name": "owner", "value": "goo"})

    assert caught.value.error.code == INVALID_PARAMS


async def test_a_variable_that_there_is_not_has_no_values(hub_side):
    assert await values_of(REPO, "colour", "r") == []
    assert await values_of(RESOURCES[0].uri, "owner", "r") == []


@pytest.mark.django_db(transaction=True)
async def test_private_names_are_for_their_owner_only(hub_side):
    known = {"owner": "alice"}

    assert "private" in await values_of(REPO, "name", "", known, token="hf_alice")
    for token in (None, "hf_bob"):
        assert "private" not in await values_of(REPO, "name", "", known, token=token)


def test_every_variable_of_a_template_is_completed():
    for template in TEMPLATES:
        variables = re.findall(r"\{\+?(\w+)\}", template.uri)
        assert list(template.completers) == variables
