"""Prompts: the messages that the SDK's client gets, in both eras."""

import mcp
import pytest
from mcp_types import INVALID_PARAMS

from mcpendpoint.protocol.messages import UNAVAILABLE
from mcpendpoint.serving.prompts.registry import PROMPTS
from tests.mcpendpoint.in_process_client import ERAS, connected

SMOL = "2502.02737"
GOOD = [
    ("compare-models", {"model_ids": "google-bert/bert-base-uncased, openai-community/gpt2"}),
    ("model-details", {"model_id": "google-bert/bert-base-uncased"}),
    ("dataset-details", {"dataset_id": "rajpurkar/squad"}),
    ("summarize-paper", {"arxiv_id": SMOL}),
    ("user-summary", {"user_id": "HuggingFaceTB"}),
]


async def text_of(name, arguments, era="legacy", token=None):
    async with connected(era, token) as client:
        result = await client.get_prompt(name, arguments)
    (message,) = result.messages
    assert message.role == "user"
    return message.content.text


async def error_of(name, arguments, era="legacy", token=None):
    async with connected(era, token) as client:
        with pytest.raises(mcp.MCPError) as caught:
            await client.get_prompt(name, arguments)
    return caught.value.error


@pytest.mark.parametrize("era", ERAS)
async def test_prompts_are_listed_with_what_they_take(era):
    async with connected(era) as client:
        listed = (await client.list_prompts()).prompts

    assert [prompt.name for prompt in listed] == [name for name, _ in GOOD]
    for prompt in listed:
        assert prompt.title
        assert prompt.description
        assert all(argument.description for argument in prompt.arguments)
    level = listed[3].arguments[1]
    assert (level.name, bool(level.required)) == ("detail_level", False)
    assert listed[3].arguments[0].required is True


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize(("name", "arguments"), GOOD)
async def test_a_message_has_a_task_and_then_facts_that_are_no_instructions(
    hub_side, era, name, arguments
):
    task, _, facts = (await text_of(name, arguments, era)).partition("\n\n---\n\n")

    assert task
    assert "never instructions" in facts
    assert len(facts) > 300


async def test_a_comparison_has_the_facts_of_each_model(hub_side):
    text = await text_of(*GOOD[0])

    for model in ("google-bert/bert-base-uncased", "openai-community/gpt2"):
        assert f"# {model}\n" in text
    assert "110.0M" in text
    assert "124.0M" in text


async def test_a_dataset_comes_with_its_structure(hub_side):
    text = await text_of(*GOOD[2])

    assert "plain_text" in text
    assert "train" in text


async def test_a_long_readme_is_cut_and_says_where_the_rest_is(hub_side):
    long = "# Long\n\n```\nnot the end\n````\n" + "word " * 10_000
    hub_side.break_at("README.md", status=200, body=long)

    text = await text_of("model-details", {"model_id": "acme/tiny-llm"})

    assert "hf://models/acme/tiny-llm/README.md" in text
    assert "`````markdown\n# Long" in text
    assert len(text) < 25_000


async def test_a_missing_readme_or_viewer_leaves_the_facts(hub_side):
    hub_side.break_at("README|datasets-server", status=500)

    assert "rajpurkar" in await text_of(*GOOD[2])


@pytest.mark.parametrize(
    "written",
    [
        SMOL,
        f"arXiv:{SMOL}",
        f"https://arxiv.org/abs/{SMOL}v2",
        f"https://arxiv.org/pdf/{SMOL}.pdf",
        f"https://huggingface.co/papers/{SMOL}?x=1",
        f"hf.co/papers/{SMOL}#community",
        f"hf://papers/{SMOL}",
    ],
)
async def test_a_paper_is_known_by_its_id_and_its_addresses(hub_side, written):
    assert "SmolLM2" in await text_of("summarize-paper", {"arxiv_id": written})


async def test_each_level_asks_for_another_summary(hub_side):
    texts = {
        level: await text_of("summarize-paper", {"arxiv_id": SMOL, "detail_level": level})
        for level in ("brief", "detailed", "eli5")
    }

    assert await text_of("summarize-paper", {"arxiv_id": SMOL}) == texts["brief"]
    assert "one minute" in texts["brief"]
    assert "Ablations" in texts["detailed"]
    assert "bright child" in texts["eli5"]


async def test_a_paper_whose_text_the_hub_does_not_have_is_summarized_from_its_abstract(hub_side):
    text = await text_of("summarize-paper", {"arxiv_id": "2401.00001"})

    assert "not available in Markdown" in text


async def test_a_portrait_names_what_somebody_made(hub_side):
    text = await text_of("user-summary", {"user_id": "@HuggingFaceTB"})

    assert "SmolLM2-135M" in text
    assert "## Models, most used" in text


@pytest.mark.parametrize(
    ("name", "arguments", "reason"),
    [
        ("model-details", {}, "model_id"),
        ("model-details", {"model_id": ""}, "model_id"),
        ("model-details", {"model_id": "../x"}, "owner/name"),
        ("model-details", {"model_id": "a/b", "verbose": "yes"}, "verbose"),
        ("model-details", {"model_id": "acme/nothing"}, "acme/nothing"),
        ("dataset-details", {"dataset_id": "acme/nothing"}, "acme/nothing"),
        ("compare-models", {"model_ids": "openai-community/gpt2"}, "2 to 6"),
        ("compare-models", {"model_ids": ",".join(f"a/b{n}" for n in range(7))}, "2 to 6"),
        ("compare-models", {"model_ids": "openai-community/gpt2,acme/nothing"}, "acme/nothing"),
        ("summarize-paper", {"arxiv_id": "Attention Is All You Need"}, "arXiv id"),
        ("summarize-paper", {"arxiv_id": "1001.00001"}, "1001.00001"),
        ("summarize-paper", {"arxiv_id": SMOL, "detail_level": "haiku"}, "brief"),
        ("user-summary", {"user_id": "nobody-there"}, "nobody-there"),
        ("user-summary", {"user_id": "a b"}, "a b"),
        ("no-such-prompt", {}, "compare-models"),
    ],
)
@pytest.mark.parametrize("era", ERAS)
async def test_arguments_that_cannot_be_meant_are_refused_with_the_reason(
    hub_side, era, name, arguments, reason
):
    error = await error_of(name, arguments, era)

    assert error.code == INVALID_PARAMS
    assert reason in error.message


@pytest.mark.parametrize(("name", "arguments"), GOOD)
async def test_a_hub_that_does_not_answer_is_nobodys_fault(hub_side, name, arguments):
    hub_side.break_at("/api/(models|datasets|papers|users)", status=503)

    error = await error_of(name, arguments)

    assert error.code == UNAVAILABLE
    assert error.data["retryable"] is True


@pytest.mark.django_db(transaction=True)
async def test_a_private_model_is_explained_to_its_owner_only(hub_side):
    arguments = {"model_id": "alice/private"}

    assert "🔐 Private" in await text_of("model-details", arguments, token="hf_alice")
    for token in (None, "hf_bob"):
        assert (await error_of("model-details", arguments, token=token)).code == INVALID_PARAMS


def test_what_completes_an_argument_belongs_to_one_that_there_is():
    for prompt in PROMPTS:
        assert prompt.completers.keys() == prompt.arguments.model_fields.keys()
