"""Whatever goes wrong on the Hub: what is read ends, and none of it passes for a bug of ours."""

import asyncio

import mcp
import pytest
from mcp_types import INVALID_PARAMS, PromptReference, ResourceTemplateReference

from mcpendpoint.hub.memory import forget_answers
from mcpendpoint.protocol.messages import UNAVAILABLE
from mcpendpoint.serving.resources.serving import LEGACY_NOT_FOUND
from tests.mcpendpoint.in_process_client import connected
from tests.mcpendpoint.serving.resources.test_prompts import GOOD
from tests.mcpendpoint.tools.test_faults import FAULTS

PLACES = ["^/", "^/api/(models|datasets|spaces)/[^/]+/[^/]+$", "/resolve/|paths-info"]
URIS = [
    "hf://models/acme/tiny-llm",
    "hf://models/acme/tiny-llm/config.json",
    "hf://models/acme/tiny-llm/images",
    "hf://models/trending",
    "hf://models/acme",
    "hf://papers/2502.02737",
    "hf://papers/2502.02737/paper.md",
    "hf://papers/daily/latest",
    "hf://collections/acme",
    "hf://docs/hub/security-tokens.md",
]
VARIABLES = [
    (ResourceTemplateReference(type="ref/resource", uri="hf://models/{owner}/{name}"), "owner"),
    (ResourceTemplateReference(type="ref/resource", uri="hf://papers/{paper_id}"), "paper_id"),
    (ResourceTemplateReference(type="ref/resource", uri="hf://docs/{product}/{+path}"), "product"),
    (PromptReference(type="ref/prompt", name="compare-models"), "model_ids"),
]


async def outcome_of(asking):
    try:
        return await asking
    except mcp.MCPError as error:
        assert error.error.code in (INVALID_PARAMS, LEGACY_NOT_FOUND, UNAVAILABLE)
        assert error.error.message
        return error


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
async def test_all_that_is_asked_for_ends_well(hub_side, settings, fault):
    settings.HF_TIMEOUT_SECONDS = 1
    async with connected("legacy") as client:
        for place in PLACES if "delay" not in fault else PLACES[:1]:
            hub_side.heal()
            hub_side.break_at(place, **fault)
            forget_answers()

            outcomes = await asyncio.gather(
                *(outcome_of(client.read_resource(uri)) for uri in URIS),
                *(outcome_of(client.get_prompt(*prompt)) for prompt in GOOD),
            )
            completions = await asyncio.gather(
                *(client.complete(ref, {"name": name, "value": "ac"}) for ref, name in VARIABLES)
            )

            assert len(outcomes) == len(URIS) + len(GOOD)
            assert len(completions) == len(VARIABLES)
