"""Refused arguments are explained in the words of people, not of a library."""

import re

import pytest
from pydantic import ValidationError

from mcpendpoint.serving.prompts.registry import PROMPTS
from mcpendpoint.tools.invalid_arguments import invalid_arguments
from mcpendpoint.tools.jobs.operations import OPERATIONS
from mcpendpoint.tools.registry import by_name

MODELS = (
    {name: tool.arguments for name, tool in by_name.items()}
    | {f"hf_jobs {name}": operation.arguments for name, operation in OPERATIONS.items()}
    | {prompt.name: prompt.arguments for prompt in PROMPTS}
)
WRONG = [None, "", [], {}, 5, -1, 1.5, True, "x", "ä" * 100_000, ["x"] * 1000, [5], [{}], {"a": 1}]

REFUSED = [
    ("hub_repo_details", {}, "repo_ids: missing"),
    ("hub_repo_details", {"repo_ids": ["a/b"] * 11}, "repo_ids: takes 10 or fewer, not 11"),
    ("hub_repo_search", {"limit": 0}, "limit: must be 1 or more"),
    ("hub_repo_search", {"limit": "few"}, "limit: must be a whole number"),
    ("hub_repo_search", {"repo_types": ["paper"]}, "repo_types.0: must be 'model', 'dataset' or"),
    ("hub_repo_search", {"colour": "red"}, "colour: not known. Known arguments: query, repo_types"),
]


@pytest.mark.parametrize(("name", "arguments", "words"), REFUSED)
def test_a_call_with_wrong_arguments_says_what_is_wrong(wire, name, arguments, words):
    result = wire.call(name, arguments)["result"]

    assert result["isError"]
    assert words in result["content"][0]["text"]


@pytest.mark.parametrize("name", MODELS)
def test_nothing_wrong_is_answered_in_the_words_of_a_library(name):
    model = MODELS[name]
    for argument in [*model.model_fields, "no_such_argument"]:
        for value in WRONG:
            try:
                model.model_validate({argument: value})
            except ValidationError as error:
                text = str(invalid_arguments(name, model, error))
                assert not re.search("[Ii]nput|Value error|required|validation|permitted", text)
