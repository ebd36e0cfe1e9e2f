"""What a model means is understood, in the same way by every argument of every tool and prompt."""

import json
from contextlib import suppress

import pytest
from pydantic import ValidationError

from mcpendpoint.serving.prompts.registry import PROMPTS
from mcpendpoint.tools.examples import example_call, example_of
from mcpendpoint.tools.invalid_arguments import invalid_arguments
from mcpendpoint.tools.jobs.operations import OPERATIONS
from mcpendpoint.tools.registry import by_name
from mcpendpoint.tools.schema import input_schema

MODELS = (
    {name: tool.arguments for name, tool in by_name.items()}
    | {f"hf_jobs {name}": operation.arguments for name, operation in OPERATIONS.items()}
    | {prompt.name: prompt.arguments for prompt in PROMPTS}
)
ARGUMENTS = [(name, argument) for name, model in MODELS.items() for argument in model.model_fields]


def others_of(name, argument):
    """Return right arguments, without the one that is tried."""
    arguments = json.loads(example_call(MODELS[name]))
    arguments.pop(argument, None)
    if argument == "resource_group_id":
        arguments["namespace"] = "google"
    return arguments


def words_of(schema):
    return schema.get("enum") or schema.get("items", {}).get("enum") or []


def lists(example):
    yield json.dumps(example)
    yield f" {json.dumps(example)} "
    yield repr(example)
    if len(example) == 1:
        (only,) = example
        yield only
        if not isinstance(only, str):
            yield json.dumps(only)


def objects(example):
    yield json.dumps(example)
    yield [example]
    if example and all(isinstance(value, str) for value in example.values()):
        yield [f"{name}={value}" for name, value in example.items()]
        yield [{"name": name, "value": value} for name, value in example.items()]
        yield "\n".join(f"{name}={value}" for name, value in example.items())


def integers(example):
    yield str(example)
    yield float(example)
    yield f"{example}.0"
    yield f" {example} "
    yield [example]
    if example >= 1000:
        yield f"{example:,}"


def booleans(example):
    yield from (str(example), str(example).lower(), str(example).upper(), "yes", "1", 1, [example])


def choices(words):
    for word in words:
        split = "".join(f"-{char.lower()}" if char.isupper() else char for char in word)
        for form in (word.upper(), word.lower(), split, split.replace("-", "_"), f" {word} "):
            yield word, form
            yield word, f'"{form}"'


def forms_of(example):
    match example:
        case bool():
            yield from booleans(example)
        case int():
            yield from integers(example)
        case list():
            yield from lists(example)
        case dict():
            yield from objects(example)
        case str():
            yield [example]


@pytest.mark.parametrize(("name", "argument"), ARGUMENTS)
def test_every_form_of_an_argument_means_the_same(name, argument):
    model = MODELS[name]
    example = example_of(argument, model.model_fields[argument])
    others = others_of(name, argument)
    right = model.model_validate({**others, argument: example})

    for form in forms_of(example):
        assert model.model_validate({**others, argument: form}) == right, form


@pytest.mark.parametrize(("name", "argument"), ARGUMENTS)
def test_a_word_of_ours_is_known_in_any_case_and_with_any_hyphens(name, argument):
    model, others = MODELS[name], others_of(name, argument)
    schema = input_schema(model)["properties"][argument]

    for word, form in choices(words_of(schema)):
        if "items" in schema:
            read = getattr(model.model_validate({**others, argument: form}), argument)
            assert read == [word], form
            assert read == getattr(model.model_validate({**others, argument: [form]}), argument)
        elif argument != "operation":  # of hf_jobs, which is read later
            assert getattr(model.model_validate({**others, argument: form}), argument) == word


@pytest.mark.parametrize(("name", "argument"), ARGUMENTS)
def test_null_is_as_if_it_were_left_out(name, argument):
    model, others = MODELS[name], others_of(name, argument)
    if model.model_fields[argument].is_required():
        return

    assert model.model_validate({**others, argument: None}) == model.model_validate(others)


@pytest.mark.parametrize(("name", "argument"), ARGUMENTS)
def test_the_name_of_an_argument_is_known_with_other_hyphens_and_case(name, argument):
    model, others = MODELS[name], others_of(name, argument)
    example = example_of(argument, model.model_fields[argument])
    right = model.model_validate({**others, argument: example})
    if name == "hf_jobs":
        return  # what it does not know belongs to its operation

    head, *tail = argument.split("_")
    for form in (
        argument.replace("_", "-"),
        argument.upper(),
        head + "".join(map(str.title, tail)),
    ):
        assert model.model_validate({**others, form: example}) == right, form


MEANT = [
    ("hub_repo_search", {"sort": "trending"}, {"sort": "trendingScore"}),
    ("hub_repo_search", {"sort": "Last Modified"}, {"sort": "lastModified"}),
    ("hub_repo_search", {"sort": "newest"}, {"sort": "createdAt"}),
    ("hub_repo_search", {"repo_types": "models, datasets"}, {"repo_types": ["model", "dataset"]}),
    ("hub_repo_search", {"repo_types": "[model]"}, {"repo_types": ["model"]}),
    ("hub_repo_search", {"repo_type": "Spaces"}, {"repo_types": ["space"]}),
    ("hub_repo_search", {"query": 2024}, {"query": "2024"}),
    ("hub_repo_search", {"limit": "null"}, {}),
    ("hub_repo_search", {"filters": ""}, {}),
    (
        "hub_repo_search",
        {"filters": "language:en, license:mit"},
        {"filters": ["language:en", "license:mit"]},
    ),
    ("hub_repo_details", {"repo_ids": "a/b"}, {"repo_ids": ["a/b"]}),
    ("hub_repo_details", {"repo_ids": "a/b, c/d"}, {"repo_ids": ["a/b", "c/d"]}),
    ("hub_repo_details", {"repo_ids": '["a/b"]'}, {"repo_ids": ["a/b"]}),
    ("hub_repo_details", {"repo_ids": "['a/b', 'c/d']"}, {"repo_ids": ["a/b", "c/d"]}),
    ("hub_repo_details", {"repo_ids": '"a/b"'}, {"repo_ids": ["a/b"]}),
    ("hub_repo_details", {"repo_id": "a/b"}, {"repo_ids": ["a/b"]}),
    (
        "hub_repo_details",
        {"repo_ids": "a/b", "operations": "preview"},
        {"repo_ids": ["a/b"], "operations": ["dataset_preview"]},
    ),
    (
        "hf_fs",
        {"operations": {"cmd": "LS", "args": "hf://models --limit 5"}},
        {"operations": [{"cmd": "ls", "args": ["hf://models", "--limit", "5"]}]},
    ),
    (
        "hf_fs",
        {"operations": "ls hf://models --limit 5"},
        {"operations": [{"cmd": "ls", "args": ["hf://models", "--limit", "5"]}]},
    ),
    (
        "hf_fs",
        {"operations": ["cat 'hf://models/a/b/my file'"]},
        {"operations": [{"cmd": "cat", "args": ["hf://models/a/b/my file"]}]},
    ),
    (
        "hf_fs",
        {"cmd": "read", "args": ["hf://README.md", 5]},
        {"operations": [{"cmd": "cat", "args": ["hf://README.md", "5"]}]},
    ),
    (
        "hf_jobs run",
        {
            "command": '["echo", "a b"]',
            "labels": "team=ml, env=prod",
            "env": {"A": True, "B": None},
        },
        {
            "command": ["echo", "a b"],
            "labels": {"team": "ml", "env": "prod"},
            "env": {"A": "true"},
        },
    ),
    ("hf_jobs ps", {"status": "running,error"}, {"status": ["RUNNING", "ERROR"]}),
    ("hf_jobs ps", {"status": ["complete"]}, {"status": ["COMPLETED"]}),
    ("hf_jobs inspect", {"job_id": "a1, b2"}, {"job_id": ["a1", "b2"]}),
    ("hf_jobs inspect", {"job_ids": ["a1"]}, {"job_id": ["a1"]}),
    (
        "hf_jobs",
        {"operation": "ps", "args": '{"all": true}'},
        {"operation": "ps", "args": {"all": True}},
    ),
    ("hf_jobs", {"operation": "ps", "all": True}, {"operation": "ps", "args": {"all": True}}),
    (
        "hf_jobs",
        {"operation": "run", "args": {"command": ["ls"]}},
        {"operation": "run", "args": {"command": ["ls"]}},
    ),
    (
        "hf_sandbox",
        {"cmd": "create", "args": "--name x"},
        {"cmd": "create", "args": ["--name", "x"]},
    ),
    (
        "hf_fs_write",
        {"cmd": "write", "args": "hf://models/a/b/c", "content": ""},
        {"cmd": "put", "args": ["hf://models/a/b/c"], "content": ""},
    ),
    (
        "create_repo",
        {"uri": "hf://spaces/a/b", "sdk": "Gradio", "private": "True"},
        {"uri": "hf://spaces/a/b", "sdk": "gradio", "private": True},
    ),
]


@pytest.mark.parametrize(("name", "written", "meant"), MEANT)
def test_what_is_meant_is_understood(name, written, meant):
    model = MODELS[name]

    assert model.model_validate(written) == model.model_validate(meant)


@pytest.mark.parametrize("name", MODELS)
def test_an_error_shows_a_right_example(name):
    """Of every tool: each argument wrong, each with what would be right."""
    model = MODELS[name]
    for argument in model.model_fields:
        try:
            model.model_validate({**others_of(name, argument), argument: {"no": ["such", {}]}})
        except ValidationError as error:
            text = str(invalid_arguments(name, model, error))
            assert argument in text.partition(". ")[2]
            right = json.loads(text.rpartition("Right: ")[2])
            assert argument in right
            if argument == "resource_group_id":
                right["namespace"] = "google"
            model.model_validate(right)


def test_a_word_that_is_none_of_ours_is_still_refused(wire):
    result = wire.call("hub_repo_search", {"sort": "beauty"})["result"]

    text = result["content"][0]["text"]
    assert result["isError"]
    assert "sort: must be 'trendingScore', 'downloads', " in text
    assert 'Right: {"sort":"trendingScore"}' in text


DEEP = "[" * 100_000
HOSTILE = [
    DEEP,
    DEEP + "]" * 100_000,
    "{" * 5000 + "}" * 5000,
    "[" + "9" * 15_000 + "]",
    "\ud800",
    "[\ud800]",
]


@pytest.mark.parametrize("name", MODELS)
def test_nothing_hostile_breaks_the_reader(name):
    model = MODELS[name]
    for argument in model.model_fields:
        for value in HOSTILE:
            for form in (value, [value], {value[:9]: value}):
                with suppress(ValidationError):
                    model.model_validate({**others_of(name, argument), argument: form})
