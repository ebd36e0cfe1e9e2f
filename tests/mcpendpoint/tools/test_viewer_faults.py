"""What the dataset viewer cannot do is told as it is: for good or for now, pending or failed."""

import json

import pytest

from tests.mcpendpoint.tools.calling import call
from tests.standins.hub.viewer_faults import FAULTS, PASSING, fault

SQUAD = "acme/squad"
STRUCTURE = ["dataset_structure"]
PREVIEW = ["dataset_preview"]
NOT_FOUND = {
    "status": 404,
    "headers": {"X-Error-Code": "ResponseNotFound"},
    "body": '{"error": "Not found."}',
}


async def look(operations, **arguments):
    details = await call("hub_repo_details", repo_ids=[SQUAD], operations=operations, **arguments)
    (repository,) = details.content["repositories"]
    match = (repository["matches"] or [{}])[0]
    return match, repository["problems"], details.text


@pytest.mark.parametrize("code", FAULTS)
async def test_what_is_wrong_with_a_dataset_is_asked_once_and_called_permanent(hub_side, code):
    hub_side.break_at("^/datasets-server/", **fault(code))

    _, problems, text = await look(PREVIEW)

    assert [problem["retryable"] for problem in problems] == [False]
    assert FAULTS[code][1].rstrip(".") in problems[0]["message"]
    assert "again" not in text
    assert len(hub_side.asked("/datasets-server/splits")) == 1


@pytest.mark.parametrize("code", PASSING)
async def test_what_may_pass_is_called_so(hub_side, code):
    hub_side.break_at("^/datasets-server/", **fault(code))

    _, problems, _ = await look(PREVIEW)

    assert [problem["retryable"] for problem in problems] == [True]


async def test_one_reason_is_told_once_though_three_parts_have_it(hub_side):
    hub_side.break_at("^/datasets-server/(size|parquet)", **fault("EmptyDatasetError"))

    _, _, text = await look(STRUCTURE)

    assert text.count("The dataset is empty") == 1


async def test_a_dataset_that_is_still_in_work_is_not_called_empty(hub_side):
    body = {"splits": [], "pending": [{"dataset": SQUAD, "config": "default"}], "failed": []}
    hub_side.break_at("^/datasets-server/splits", status=200, body=json.dumps(body))

    _, problems, _ = await look(PREVIEW)

    assert [(p["kind"], p["retryable"]) for p in problems] == [("unavailable", True)]


async def test_why_a_config_failed_is_told(hub_side):
    error = {"error": "Cannot get the split names", "cause_message": "a.csv is broken"}
    failed = [{"dataset": SQUAD, "config": "default", "error": error}]
    body = {"splits": [], "pending": [], "failed": failed}
    hub_side.break_at("^/datasets-server/splits", status=200, body=json.dumps(body))

    _, problems, _ = await look(PREVIEW)

    assert "default: Cannot get the split names: a.csv is broken" in problems[0]["message"]


async def test_sizes_that_failed_are_not_zero_rows(hub_side):
    total = {"dataset": SQUAD, "num_rows": 0, "num_bytes_parquet_files": 0}
    body = {
        "size": {"dataset": total, "configs": [], "splits": []},
        "pending": [],
        "failed": [{"kind": "config-size", "dataset": SQUAD, "config": "default", "split": None}],
    }
    hub_side.break_at("^/datasets-server/size", status=200, body=json.dumps(body))

    match, _, text = await look(STRUCTURE)

    assert "total_rows" not in match["structure"]
    assert match["structure"]["failed"] == 1
    assert "Total rows" not in text


async def test_a_dataset_without_parquet_shows_its_first_rows(hub_side):
    hub_side.break_at("^/datasets-server/rows", **NOT_FOUND)

    preview, problems, _ = await look(PREVIEW, limit=2, offset=1)
    structure, _, _ = await look(STRUCTURE)

    assert problems == []
    assert [row["index"] for row in preview["preview"]["rows"]] == [1, 2]
    assert structure["structure"]["columns"]


async def test_a_split_is_known_by_the_name_that_we_print(hub_side):
    match, problems, _ = await look(STRUCTURE)
    named = match["structure"]["schema_of"]

    match, problems, _ = await look(PREVIEW, split=named)

    preview = match["preview"]
    assert f"{preview['config']}/{preview['split']}" == named
    assert problems == []


async def test_rows_that_are_too_large_say_that_fewer_can_be_had(hub_side):
    huge = {"features": [], "rows": [{"row_idx": 0, "row": {"a": "x" * 5_100_000}}]}
    hub_side.break_at("^/datasets-server/rows", status=200, body=json.dumps(huge))

    _, problems, _ = await look(PREVIEW, limit=20)

    assert "Ask for fewer: limit=5" in problems[0]["message"]
