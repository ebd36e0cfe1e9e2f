"""What strangers wrote on the Hub never breaks an answer, fills it, or passes for our headings."""

import json
import re

import pytest

from mcpendpoint.tools.markdown import BY_OTHERS
from tests.mcpendpoint.hub_side import fresh_token
from tests.mcpendpoint.tools.calling import call

TEXT = {"_type": "Value", "dtype": "string"}
HEADING = "x\n# A heading of theirs\n"


def nested(levels, value):
    for _ in range(levels):
        value = {"a": value}
    return value


async def preview(hub_side, rows, **arguments):
    token = fresh_token()
    hub_side.break_at("/rows", status=200, body=json.dumps(rows), token=token)
    return await call(
        "hub_repo_details",
        token,
        repo_ids=["acme/wide"],
        operations=["dataset_structure", "dataset_preview"],
        **arguments,
    )


def one_row(name, kind, value):
    features = [{"feature_idx": 0, "name": name, "type": kind}]
    return {"features": features, "rows": [{"row_idx": 0, "row": {name: value}}]}


def rows_of(called):
    return called.content["repositories"][0]["matches"][0]["preview"]["rows"]


@pytest.mark.parametrize("levels", [40, 90])
async def test_cells_and_types_that_are_deep_are_left_out(hub_side, levels):
    deep = one_row("x", nested(levels, TEXT), nested(levels, 1))

    called = await preview(hub_side, deep)

    assert not called.is_error
    (row,) = rows_of(called)
    assert row["cells"]["x"] == "(nested too deeply to show)"
    assert row["cut_cells"] == ["x"]


@pytest.mark.parametrize("levels", [240, 900])
async def test_what_is_deeper_than_is_read_at_all_is_a_problem(hub_side, levels):
    called = await preview(hub_side, one_row("x", TEXT, nested(levels, 1)))

    (repository,) = called.content["repositories"]
    assert repository["status"] == "partial" and repository["matches"]
    assert "nested deeper" in str(repository["problems"])


async def test_a_cell_that_is_not_too_deep_is_shown_as_it_is(hub_side):
    called = await preview(hub_side, one_row("x", TEXT, nested(20, "leaf")))

    (row,) = rows_of(called)
    assert row["cells"]["x"] == nested(20, "leaf")


async def test_names_of_columns_may_be_long_and_of_several_lines(hub_side):
    name = HEADING * 100

    called = await preview(hub_side, one_row(name, TEXT, HEADING))

    (row,) = rows_of(called)
    assert row["cells"] == {name[:200]: HEADING}
    assert "\n# A heading" not in called.text


async def test_a_model_cannot_fill_an_answer_or_forge_a_heading(hub_side):
    token = fresh_token()
    model = {
        "id": "acme/tiny-llm",
        "pipeline_tag": "p" * 1_000_000,
        "library_name": HEADING,
        "author": HEADING * 1000,
        "tags": [HEADING * 1000] * 50,
        "config": {"model_type": HEADING * 1000},
        "cardData": {"license": [HEADING * 1000] * 50, "base_model": HEADING},
        "spaces": [HEADING],
        "inferenceProviderMapping": {HEADING: {"status": HEADING, "task": HEADING}},
    }
    hub_side.break_at("/api/models/", status=200, body=json.dumps(model), token=token)
    hub_side.break_at("/api/models", status=200, body=json.dumps([model]), token=token)

    details = await call("hub_repo_details", token, repo_ids=["acme/tiny-llm"], repo_type="model")
    search = await call("hub_repo_search", token, repo_types=["model"])

    for called in (details, search):
        assert "x # A heading of theirs" in called.text
        assert "\n# A heading" not in called.text
        assert len(called.text) + len(json.dumps(called.content)) < 70_000


async def test_a_disabled_repository_is_not_a_matter_of_permissions(hub_side):
    called = await call("hub_repo_details", repo_ids=["acme/disabled"])

    assert "closed to everybody" in called.text
    assert "permissions" not in called.text


async def test_what_others_wrote_is_marked_where_a_model_reads_it(hub_side):
    readme = await call("hub_repo_details", repo_ids=["acme/tiny-llm"], include_readme=True)
    shown = await call(
        "hf_fs",
        operations=[
            {"cmd": "cat", "args": ["hf://models/acme/tiny-llm/README.md"]},
            {"cmd": "cat", "args": ["hf://docs/hub/index.md"]},
            {"cmd": "cat", "args": ["hf://README.md"]},
        ],
    )

    assert f"## README\n\n{BY_OTHERS}\n\n```" in readme.text
    # The page of ours has a heading of its own that begins like those of the answer.
    theirs, docs, ours = re.split(r"^## Operation \d", shown.text, flags=re.M)[1:]
    assert BY_OTHERS in theirs and BY_OTHERS in docs
    assert BY_OTHERS not in ours


async def test_signatures_of_links_to_media_are_left_out_of_the_text(hub_side):
    url = "https://assets.example/x/1.jpg"
    signed = f"{url}?Expires=1790000000&Signature={'aB-_~' * 60}&Key-Pair-Id=K3E"
    cell = {"src": signed, "height": 10, "width": 10}

    called = await preview(hub_side, one_row("x", {"_type": "Image"}, cell))

    (row,) = rows_of(called)
    assert row["cells"]["x"] == cell
    assert f"{url}?…" in called.text and "Signature=" not in called.text
