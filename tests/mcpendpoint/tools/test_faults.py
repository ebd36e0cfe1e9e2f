"""Whatever goes wrong on the Hub, at one place or at many: each call ends, and says what it was."""

import asyncio
import random
import re
from typing import Any, NamedTuple

import pytest

from mcpendpoint.hub.memory import forget_answers
from mcpendpoint.tools.base import ToolError
from tests.mcpendpoint.hub_side import HubSide, fresh_token
from tests.mcpendpoint.tools.calling import Called, call

PATIENCE_SECONDS = 20
"""Many calls run at once here; one alone ends after HF_TIMEOUT_SECONDS and a half."""

DEEP = "[" * 5_000 + "]" * 5_000
FAULTS: dict[str, dict[str, Any]] = {
    "a refused token": {"status": 401},
    "a lack of permission": {"status": 403},
    "nothing there": {"status": 404},
    "a rate limit": {"status": 429},
    "a failure": {"status": 500},
    "a page of a gateway": {"status": 502, "body": "<html><title>Bad gateway</title></html>"},
    "silence": {"delay": 30},
    "an answer that breaks off": {"cut": True},
    "a redirect elsewhere": {"status": 302, "headers": {"Location": "https://evil.example/"}},
    "text": {"status": 200, "body": "not JSON"},
    "null": {"status": 200, "body": "null"},
    "a list of what is not expected": {"status": 200, "body": '[null, 1, "x", [], {}]'},
    "an object": {"status": 200, "body": "{}"},
    "what is too deep": {"status": 200, "body": DEEP},
}


class Case(NamedTuple):
    tool: str
    arguments: dict[str, Any]


def fs(*lines: str) -> Case:
    operations = [{"cmd": words[0], "args": words[1:]} for words in map(str.split, lines)]
    return Case("hf_fs", {"operations": operations})


TINY = "hf://models/acme/tiny-llm"
DATASET = ["overview", "dataset_structure", "dataset_preview"]
CASES = (
    Case("hub_repo_search", {"query": "tiny", "repo_types": ["model", "dataset", "space"]}),
    Case("hub_repo_search", {"query": "remove a background", "repo_types": ["space"]}),
    Case("hub_repo_details", {"repo_ids": ["acme/tiny-llm", "alice"], "include_readme": True}),
    Case("hub_repo_details", {"repo_ids": ["acme/squad"], "operations": DATASET}),
    fs(f"ls {TINY}", f"cat {TINY}/README.md", f"stat {TINY}", f"find {TINY} --name *.json"),
    fs(f"attach {TINY}/images/pixel.png", f"stat {TINY}/config.json", "ls hf://models/trending"),
    fs(
        "ls hf://models/acme",
        "ls hf://spaces",
        "search hf://models tiny",
        "search hf://spaces image",
    ),
    fs("ls hf://papers", "search hf://papers transformer", "ls hf://papers/daily/latest"),
    fs(
        "cat hf://papers/2502.02737/paper.md",
        "find hf://papers/2502.02737",
        "ls hf://papers/trending",
    ),
    fs("ls hf://collections", "ls hf://collections/acme", "search hf://collections tiny"),
    fs(
        "ls hf://buckets/acme",
        "ls hf://buckets/acme/files",
        "cat hf://buckets/acme/files/README.md",
    ),
    Case("model_search", {"query": "tiny"}),
    Case("dataset_details", {"dataset_id": "acme/squad"}),
    Case("space_search", {"query": "remove a background"}),
    Case("space_info", {"username": "acme"}),
    Case("space_files", {"spaceName": "acme/static"}),
    Case("get-paper-info", {"arxiv_id": "2502.02737"}),
    Case("get-daily-papers", {}),
    Case("search-collections", {"owner": "acme"}),
)
DOCUMENTATION = (
    fs("ls hf://docs"),
    fs("ls hf://docs/transformers"),
    fs("cat hf://docs/hub/security-tokens.md"),
    fs("search hf://docs pipeline"),
    fs("search hf://docs/hub token"),
    Case("hf_doc_search", {"query": "pipeline"}),
    Case("hf_doc_search", {}),
    Case("hf_doc_fetch", {"doc_url": "/docs/hub/security-tokens"}),
)
"""Asked for as nobody, whoever wants to know."""


@pytest.fixture(autouse=True)
def impatient(settings):
    settings.HF_TIMEOUT_SECONDS = 1


async def outcome_of(case: Case, token: str | None) -> Called | ToolError:
    """Return an answer that keeps its promise, or an error for the assistant. Nothing else goes."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            called = await call(case.tool, token, **case.arguments)
    except ToolError as error:
        text = str(error)
        assert text
        assert token is None or token not in text
        return error
    assert token is None or token not in called.text
    return called


_paths: dict[int, list[str]] = {}


async def paths_of(case: Case, hub_side: HubSide) -> list[str]:
    """Return which paths of the Hub are asked for when all is well."""
    if id(case) not in _paths:
        hub_side.forget()
        forget_answers()
        outcome = await outcome_of(case, fresh_token())
        assert isinstance(outcome, Called)
        assert not outcome.is_error
        asked = dict.fromkeys(entry["path"] for entry in hub_side.asked())
        _paths[id(case)] = [f"^{re.escape(path)}" for path in asked]
    return _paths[id(case)]


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
async def test_a_call_ends_well_when_one_place_has(hub_side, fault):
    broken = []
    for case in CASES:
        for path in await paths_of(case, hub_side):
            token = fresh_token()
            hub_side.break_at(path, token=token, **fault)
            broken.append((case, token))

    outcomes = await asyncio.gather(*(outcome_of(case, token) for case, token in broken))

    assert len(outcomes) > len(CASES)


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
async def test_documentation_ends_well_when_all_of_it_has(hub_side, fault):
    hub_side.break_at("/docs", **fault)

    await asyncio.gather(*(outcome_of(case, None) for case in DOCUMENTATION))


@pytest.mark.parametrize("path", ["^/api/docs$", "^/docs/.*llms.txt", "^/docs/.*[^t]$", "/search"])
@pytest.mark.parametrize(
    "fault", ["nothing there", "an object", "what is too deep", "a rate limit"]
)
async def test_documentation_ends_well_when_one_place_has(hub_side, path, fault):
    hub_side.break_at(path, **FAULTS[fault])

    await asyncio.gather(*(outcome_of(case, None) for case in DOCUMENTATION))


async def test_a_call_ends_well_when_many_places_fail_at_random(hub_side):
    chance = random.Random(2026)
    cases = [(chance.choice(CASES), fresh_token()) for _ in range(20)]
    paths = [path for case in CASES for path in await paths_of(case, hub_side)]
    for _, token in cases:
        for path in chance.sample(paths, 8):
            fault = chance.choice(list(FAULTS.values()))
            hub_side.break_at(path, token=token, times=chance.choice([None, 1]), **fault)

    await asyncio.gather(*(outcome_of(case, token) for case, token in cases))
