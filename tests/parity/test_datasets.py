"""hub_repo_details says the same of what is in a dataset."""

import json

import pytest

from tests.parity.datasets import (
    rows_in_content,
    rows_in_text,
    structure_in_content,
    structure_in_text,
    words_of_types,
)
from tests.parity.reading import labelled, number, same_named
from tests.parity.repositories import overview_in_content, overview_in_text
from tests.parity.servers import Both
from tests.standins.hub.control import HubControl
from tests.standins.hub.seed import new_hub

DETAILS = "hub_repo_details"
TYPE_CHARS = 200


def splits_of_all():
    """Yield every split of every public dataset of the stand-in, but those of 80,000 letters."""
    for dataset in new_hub().of_kind("dataset"):
        if not dataset.private and not dataset.gated and dataset.id != "acme/long-cell":
            for table in dataset.details["tables"]:
                yield dataset.id, table.config, table.split


SPLITS = list(splits_of_all())


def one_match(answer):
    (repository,) = answer.content["repositories"]
    (match,) = repository["matches"]
    return match


@pytest.mark.parametrize(("dataset", "config", "split"), SPLITS)
def test_both_say_the_same_of_every_split(both: Both, dataset, config, split):
    arguments = {
        "repo_ids": [dataset],
        "operations": ["dataset_structure"],
        "config": config,
        "split": split,
    }

    theirs, ours = both.call(DETAILS, arguments)

    structure = one_match(ours)["structure"]
    facts = structure_in_text(theirs.text)
    assert facts["splits"] and facts["total_rows"] and facts["columns"]
    assert same_named(facts, structure_in_content(structure)) == facts
    assert same_named(facts, structure_in_text(ours.text)) == facts
    assert structure["schema_of"] == f"{config}/{split}"
    expect_types(theirs.text, structure["columns"])


@pytest.mark.parametrize("dataset", ["acme/squad", "acme/multi", "acme/noviewer"])
def test_both_say_with_a_structure_what_the_hub_knows(both: Both, dataset):
    arguments = {"repo_ids": [dataset], "operations": ["dataset_structure"]}

    theirs, ours = both.call(DETAILS, arguments)

    facts = overview_in_text(theirs.text.replace("### Hub Metadata", "## Description", 1))
    facts["description"] = facts["description"].partition(" - **")[0].rstrip(".")
    facts["path"] = labelled(theirs.text)["link"].partition("hf.co")[2].partition("]")[0]
    said = overview_in_content(one_match(ours)["overview"])
    assert len(facts) >= 10
    assert same_named(facts, said) == facts


@pytest.mark.parametrize(("dataset", "config", "split"), SPLITS)
def test_both_show_the_same_rows_of_every_split(both: Both, dataset, config, split):
    arguments = {
        "repo_ids": [dataset],
        "operations": ["dataset_preview"],
        "config": config,
        "split": split,
        "offset": 7,
        "limit": 4,
    }

    theirs, ours = both.call(DETAILS, arguments)

    preview = one_match(ours)["preview"]
    rows = rows_in_text(theirs.text)
    assert [row["#"] for row in rows] == ["7", "8", "9", "10"]
    assert rows_in_content(preview) == rows
    assert rows_in_text(ours.text) == rows
    assert number(theirs.text.partition("Total rows: `")[2]) == preview["total_rows"]
    expect_types(theirs.text, preview["columns"])


def expect_types(text, columns):
    """The reference writes types as JSON, ours as `Sequence(int32)`: with all of its words."""
    for words, column in zip(words_of_types(text), columns, strict=False):
        if len(column["type"]) < TYPE_CHARS:
            assert all(word in column["type"] for word in words), (words, column)


@pytest.mark.parametrize(
    "arguments",
    [
        {"repo_ids": ["alice/diary"], "limit": 1},
        {"repo_ids": ["alice/diary"], "offset": 11, "limit": 5},
        {"repo_ids": ["alice/diary"], "config": "default"},
        {"repo_ids": ["alice/diary"], "split": "train"},
        {"repo_ids": ["alice/gedichte"], "config": "default", "split": "test", "limit": 500},
        {"repo_ids": ["alice/gedichte"], "config": "default", "split": "test", "limit": 0},
        {"repo_ids": ["alice/gedichte"], "config": "default", "split": "test", "limit": -3},
        {"repo_ids": ["alice/gedichte"], "config": "default", "split": "test"},
    ],
    ids=json.dumps,
)
def test_both_show_the_same_part_of_a_split(both: Both, arguments):
    arguments = {**arguments, "operations": ["dataset_preview"]}

    theirs, ours = both.call(DETAILS, arguments, "hf_alice")

    rows = rows_in_text(theirs.text)
    assert rows and rows_in_content(one_match(ours)["preview"]) == rows


def test_both_say_that_there_are_no_rows_after_the_last(both: Both):
    arguments = {
        "repo_ids": ["acme/wide"],
        "operations": ["dataset_preview"],
        "offset": 500,
    }

    theirs, ours = both.call(DETAILS, arguments)

    assert "No rows returned." in theirs.text
    assert "No rows from 500 on; there are 500." in ours.text
    assert one_match(ours)["preview"]["rows"] == []


def test_both_show_thirty_columns_and_say_how_many_there_are_more(both: Both):
    arguments = {"repo_ids": ["acme/wide"], "operations": ["dataset_preview"], "limit": 1}

    theirs, ours = both.call(DETAILS, arguments)

    assert "omitted 10 " in theirs.text
    assert one_match(ours)["preview"]["more_columns"] == 10


def test_both_name_the_splits_when_one_is_not_there(both: Both):
    arguments = {
        "repo_ids": ["acme/multi"],
        "operations": ["dataset_preview"],
        "config": "xx-yy",
        "split": "train",
    }

    theirs, ours = both.call(DETAILS, arguments)

    for config, split in (("de-en", "test"), ("fr-en", "train"), ("ja-en", "test")):
        assert f"`{config}` / `{split}`" in theirs.text
        assert f"`{config}/{split}`" in ours.text
    assert ours.is_error and not theirs.is_error  # defect 4: "never isError"


def test_both_say_why_the_viewer_shows_nothing(both: Both):
    arguments = {"repo_ids": ["acme/noviewer"], "operations": ["dataset_preview"]}
    why = "it runs arbitrary Python code"

    theirs, ours = both.call(DETAILS, arguments)

    assert why in theirs.text and why in ours.text
    assert ours.is_error and not theirs.is_error


def test_both_say_when_the_viewer_has_only_a_part(
    both: Both, hub_control: HubControl, new_token: str
):
    size = {"dataset": {"num_rows": 9, "estimated_num_rows": 4000}, "configs": [], "splits": []}
    answers = {"size": {"size": size}, "parquet": {"parquet_files": []}, "rows": {"rows": []}}
    for name, answer in answers.items():
        body = json.dumps({**answer, "partial": True})
        hub_control.misbehave(f"/{name}[?]", status=200, body=body, token=new_token)
    arguments = {
        "repo_ids": ["acme/wide"],
        "operations": ["dataset_structure", "dataset_preview"],
    }

    theirs, ours = both.call(DETAILS, arguments, new_token)

    assert theirs.text.count("partial") >= 3 and "estimated 4.0K" in theirs.text
    match = one_match(ours)
    assert match["structure"]["partial"] is match["preview"]["partial"] is True
    assert match["structure"]["estimated_total_rows"] == 4000
    assert ours.text.count("The viewer has only a part") == 2


@pytest.mark.parametrize("kind", ["model", "space"])
def test_both_say_that_only_datasets_have_rows(both: Both, kind):
    arguments = {
        "repo_ids": ["acme/demo"],
        "repo_type": kind,
        "operations": ["dataset_preview"],
    }

    theirs, ours = both.call(DETAILS, arguments)

    assert "only apply to dataset repos" in theirs.text
    (problem,) = ours.content["repositories"][0]["problems"]
    assert problem["kind"] == "unsuitable_operation"


# What is better on purpose


def test_ours_shows_rows_at_once_where_there_are_many_splits(both: Both):
    """The reference asks for config and split first, which costs the assistant a call."""
    arguments = {"repo_ids": ["acme/squad"], "operations": ["dataset_preview"], "limit": 1}

    theirs, ours = both.call(DETAILS, arguments)

    assert "requires `config` and `split`" in theirs.text
    preview = one_match(ours)["preview"]
    assert (preview["config"], preview["split"]) == ("plain_text", "train")
    assert preview["other_splits"] == ["plain_text/validation"]


def test_ours_takes_an_empty_config_for_none(both: Both):
    """The reference asks the viewer for the config of that name, which is refused."""
    arguments = {
        "repo_ids": ["acme/wide"],
        "operations": ["dataset_preview"],
        "config": "",
        "split": "",
    }

    theirs, ours = both.call(DETAILS, arguments)

    assert "422" in theirs.text
    assert len(one_match(ours)["preview"]["rows"]) == 5


def test_ours_shows_every_row_of_long_cells_and_the_start_of_each(both: Both):
    """The reference stops at the first cell that does not fit, yet says that it shows all."""
    arguments = {"repo_ids": ["acme/long-cell"], "operations": ["dataset_preview"], "limit": 3}

    theirs, ours = both.call(DETAILS, arguments)

    assert "Rows: `0-2`" in theirs.text and len(rows_in_text(theirs.text)) == 1
    rows = one_match(ours)["preview"]["rows"]
    assert [row["index"] for row in rows] == [0, 1, 2]
    assert [row.get("cut_cells") for row in rows] == [None, ["text"], ["text"]]


def test_ours_gives_a_single_long_cell_the_room_there_is(both: Both):
    arguments = {
        "repo_ids": ["acme/long-cell"],
        "operations": ["dataset_preview"],
        "offset": 1,
        "limit": 1,
    }

    theirs, ours = both.call(DETAILS, arguments)

    (cell,) = [row["cells"]["text"] for row in one_match(ours)["preview"]["rows"]]
    assert len(cell) > 20_000
    assert cell.rstrip("…") in theirs.text


def test_ours_says_that_a_dataset_is_gated_and_where_to_ask(both: Both):
    """The reference passes on a 404 for each of three requests."""
    arguments = {"repo_ids": ["acme/gated-data"], "operations": ["dataset_preview"]}

    theirs, ours = both.call(DETAILS, arguments, "hf_bob")

    assert "404 Not Found" in theirs.text
    (problem,) = ours.content["repositories"][0]["problems"]
    assert problem["kind"] == "gated"
    assert "/datasets/acme/gated-data" in problem["message"]
