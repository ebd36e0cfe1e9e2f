"""Whatever a client sends to the reference's tools, it can send to ours."""

import json

import pytest

from tests.parity.servers import Both

TOOLS = ("hf_whoami", "hub_repo_search", "hub_repo_details")
UNBOUNDED = 2**53 - 1  # how the reference writes that there is no bound
MAX_OFFSET = 10**12  # ours; no dataset has as many rows


@pytest.fixture(scope="module")
def schemas(both: Both):
    return both.reference.input_schemas(), both.ours.input_schemas()


@pytest.mark.parametrize("tool", TOOLS)
def test_every_argument_of_the_reference_is_one_of_ours(schemas, tool):
    theirs, ours = (each[tool] for each in schemas)

    assert set(theirs["properties"]) <= set(ours["properties"])
    for name, schema in theirs["properties"].items():
        assert kind_of(ours["properties"][name]) == kind_of(schema), name


@pytest.mark.parametrize("tool", TOOLS)
def test_nothing_is_required_that_the_reference_does_not_require(schemas, tool):
    theirs, ours = (each[tool] for each in schemas)

    assert ours.get("required", []) == theirs.get("required", [])


@pytest.mark.parametrize("tool", TOOLS)
def test_what_is_left_out_means_the_same(schemas, tool):
    theirs, ours = (each[tool] for each in schemas)

    for name, schema in theirs["properties"].items():
        if "default" in schema:
            assert ours["properties"][name]["default"] == schema["default"], name


@pytest.mark.parametrize("tool", TOOLS)
def test_no_bound_is_narrower(schemas, tool):
    theirs, ours = (each[tool] for each in schemas)

    for name, schema in theirs["properties"].items():
        mine = ours["properties"][name]
        for bound in ("minimum", "minItems", "minLength"):
            assert mine.get(bound, 0) <= max(schema.get(bound, 0), 0), (name, bound)
        for bound in ("maximum", "maxItems"):
            widest = min(schema.get(bound, UNBOUNDED), MAX_OFFSET)
            if schema["type"] != "array" or bound in schema:
                assert mine.get(bound, UNBOUNDED) >= widest, (name, bound)


def kind_of(schema):
    """Return type and options; a count is a number to one server, an integer to the other."""
    kind = schema["type"].replace("number", "integer")
    return kind, schema.get("enum"), kind_of(schema["items"]) if "items" in schema else None


TAKEN = [
    ("hf_whoami", {}),
    ("hub_repo_search", {"query": "", "author": "", "filters": []}),
    ("hub_repo_search", {"query": "  tiny  ", "limit": 1.0}),
    ("hub_repo_search", {"repo_types": ["model", "model", "model"], "limit": 1}),
    ("hub_repo_details", {"repo_ids": ["acme/tiny-llm"], "operations": []}),
    ("hub_repo_details", {"repo_ids": ["acme/tiny-llm"], "operations": ["overview"] * 4}),
    ("hub_repo_details", {"repo_ids": ["acme/tiny-llm", "acme/tiny-llm"]}),
    ("hub_repo_details", {"repo_ids": ["acme/tiny-llm"], "config": "", "split": ""}),
    ("hub_repo_details", {"repo_ids": ["acme/tiny-llm"], "limit": 1000, "offset": 10**9}),
    ("hub_repo_details", {"repo_ids": ["acme/tiny-llm"], "limit": 0}),
]


@pytest.mark.parametrize(("tool", "arguments"), TAKEN, ids=json.dumps)
def test_what_the_reference_takes_ours_takes(both: Both, tool, arguments):
    theirs, ours = both.call(tool, arguments)

    assert not theirs.is_error
    assert not ours.is_error, ours.text


REFUSED = [
    ("hub_repo_search", {"repo_types": []}),
    ("hub_repo_search", {"repo_types": ["bucket"]}),
    ("hub_repo_search", {"limit": 0}),
    ("hub_repo_search", {"limit": 101}),
    ("hub_repo_search", {"sort": "size"}),
    ("hub_repo_details", {}),
    ("hub_repo_details", {"repo_ids": []}),
    ("hub_repo_details", {"repo_ids": ["a/b"] * 11}),
    ("hub_repo_details", {"repo_ids": [""]}),
    ("hub_repo_details", {"repo_ids": ["a/b"], "operations": ["delete"]}),
    ("hub_repo_details", {"repo_ids": ["a/b"], "offset": -1}),
    ("hub_repo_details", {"repo_ids": ["a/b"], "limit": 1.5}),
]


@pytest.mark.parametrize(("tool", "arguments"), REFUSED, ids=json.dumps)
def test_what_the_reference_refuses_ours_refuses_by_name(both: Both, tool, arguments):
    theirs, ours = both.call(tool, arguments)

    assert theirs.is_error and ours.is_error
    name = next(reversed(arguments), "repo_ids")
    assert name in ours.text.partition("Known arguments")[0]
