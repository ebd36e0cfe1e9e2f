import pytest

from tests.mcpendpoint.tools.calling import call

VIEWER = "^/datasets-server/"


async def look(repo_id, *operations, token=None, **arguments):
    found = await call(
        "hub_repo_details", token, repo_ids=[repo_id], operations=list(operations), **arguments
    )
    (repository,) = found.content["repositories"]
    return repository, found


async def structure(repo_id, **arguments):
    repository, found = await look(repo_id, "dataset_structure", **arguments)
    return repository["matches"][0]["structure"], found


async def preview(repo_id, **arguments):
    repository, found = await look(repo_id, "dataset_preview", **arguments)
    return repository["matches"][0]["preview"], found


async def test_the_structure_lists_splits_with_their_sizes(hub_side):
    squad, found = await structure("acme/squad")

    assert [(split["split"], split["rows"]) for split in squad["splits"]] == [
        ("train", 1_200),
        ("validation", 150),
    ]
    assert squad["splits"][0]["columns"] == 5
    assert squad["splits"][0]["parquet_files"] == 1
    assert squad["total_rows"] == 1_350
    assert len(squad["parquet_urls"]) == 2
    assert "| plain_text | train | 1,200 |" in found.text


async def test_the_structure_lists_columns_with_their_types(hub_side):
    squad, found = await structure("acme/squad")

    assert squad["schema_of"] == "plain_text/train"
    types = {column["name"]: column["type"] for column in squad["columns"]}
    assert types["question"] == "string"
    assert types["answers"] == "Sequence({text: string, answer_start: int32})"


async def test_a_part_that_fails_leaves_the_rest(hub_side):
    hub_side.break_at("/size", status=503, headers={"Retry-After": "0"})

    repository, found = await look("acme/squad", "dataset_structure")

    facts = repository["matches"][0]["structure"]
    assert [split["split"] for split in facts["splits"]] == ["train", "validation"]
    assert facts["columns"]
    assert "total_rows" not in facts
    assert [problem["kind"] for problem in repository["problems"]] == ["unavailable"]
    assert repository["status"] == "partial"
    assert not found.is_error


async def test_the_preview_shows_rows(hub_side):
    squad, found = await preview("acme/squad", limit=3)

    assert (squad["config"], squad["split"]) == ("plain_text", "train")
    assert [row["index"] for row in squad["rows"]] == [0, 1, 2]
    assert squad["rows"][1]["cells"]["answers"] == {"text": ["Zürich"], "answer_start": [36]}
    assert squad["total_rows"] == 1_200
    assert squad["next_offset"] == 3
    assert squad["other_splits"] == ["plain_text/validation"]
    assert "Zürich" in found.text


async def test_paging_a_preview_gives_each_row_once(hub_side):
    indexes, offset = [], 0
    while offset is not None:
        page, _ = await preview("acme/squad", split="validation", offset=offset, limit=40)
        indexes += [row["index"] for row in page["rows"]]
        offset = page.get("next_offset")

    assert indexes == list(range(150))


async def test_a_preview_beyond_the_end_is_empty(hub_side):
    page, found = await preview("acme/squad", offset=5_000)

    assert page["rows"] == []
    assert "next_offset" not in page
    assert "there are 1,200" in found.text


async def test_config_and_split_choose(hub_side):
    repository, _ = await look("acme/multi", "dataset_structure")
    splits = repository["matches"][0]["structure"]["splits"]
    last = splits[-1]

    page, _ = await preview("acme/multi", config=last["config"], split=last["split"])

    assert (page["config"], page["split"]) == (last["config"], last["split"])


async def test_an_unknown_split_is_answered_with_those_there_are(hub_side):
    repository, found = await look("acme/squad", "dataset_preview", split="tain")

    assert found.is_error
    (problem,) = repository["problems"]
    assert "`plain_text/train`" in problem["message"]


async def test_wide_rows_and_long_cells_are_cut_with_a_note(hub_side):
    wide, text = await preview("acme/wide")
    long, long_text = await preview("acme/long-cell", limit=100)

    assert (len(wide["columns"]), wide["more_columns"]) == (30, 10)
    assert "10 more columns" in text.text
    assert any(row.get("cut_cells") for row in long["rows"])
    assert len(long_text.text) < 60_000


async def test_rows_that_do_not_fit_are_for_the_next_call(hub_side):
    found = await call(
        "hub_repo_details",
        repo_ids=["acme/wide", "acme/squad"],
        operations=["dataset_preview"],
        limit=100,
    )

    wide = found.content["repositories"][0]["matches"][0]["preview"]
    assert wide["next_offset"] == len(wide["rows"]) < 100
    assert f"offset={wide['next_offset']}" in found.text
    assert len(found.text) < 66_000


async def test_cells_cannot_break_the_table(hub_side):
    rows = (
        '{"features": [{"name": "a|b\\n", "type": {"_type": "Value", "dtype": "string"}}], '
        '"rows": [{"row_idx": 0, "row": {"a|b\\n": "x | y\\n# Forged"}}], "num_rows_total": 1}'
    )
    hub_side.break_at("/rows", status=200, body=rows)

    _, found = await preview("acme/squad")

    assert "\n# Forged" not in found.text
    assert "| 0 | x \\| y # Forged |" in found.text


async def test_a_dataset_without_viewer_says_why(hub_side):
    repository, found = await look("acme/noviewer", "overview", "dataset_structure")

    assert repository["status"] == "partial"
    (problem,) = repository["problems"]
    assert "arbitrary Python code" in problem["message"]


@pytest.mark.parametrize("token", [None, "hf_bob"])
async def test_the_rows_of_a_gated_dataset_are_behind_its_gate(hub_side, token):
    repository, _ = await look("acme/gated-data", "dataset_preview", token=token)

    (problem,) = repository["problems"]
    assert problem["kind"] == "gated"
    assert f"{hub_side.url}/datasets/acme/gated-data" in problem["message"]


async def test_the_rows_of_a_private_dataset_are_its_owners(hub_side):
    owner, _ = await look("alice/diary", "dataset_preview", token="hf_alice")
    other, _ = await look("alice/diary", "dataset_preview", token="hf_bob")

    assert owner["matches"][0]["preview"]["rows"]
    assert other["problems"][0]["kind"] == "not_found"
    assert other.get("matches") == []


@pytest.mark.parametrize(
    ("status", "kind"), [(401, "token_refused"), (429, "rate_limited"), (500, "unavailable")]
)
async def test_failures_of_the_viewer_are_told_apart(hub_side, status, kind):
    retry = {"headers": {"Retry-After": "0"}} if status == 500 else {}
    hub_side.break_at(VIEWER, status=status, **retry)

    repository, found = await look("acme/squad", "dataset_preview", token="hf_bob")

    assert [problem["kind"] for problem in repository["problems"]] == [kind]
    assert found.is_error


async def test_dataset_operations_need_a_dataset(hub_side):
    repository, found = await look("acme/tiny-llm", "dataset_preview", repo_type="model")

    assert found.is_error
    assert repository["problems"][0]["kind"] == "unsuitable_operation"


async def test_dataset_operations_are_for_datasets_and_the_others_for_all(hub_side):
    both, _ = await look("acme/demo", "overview", "dataset_preview")
    alone, _ = await look("acme/demo", "dataset_preview")

    assert [match["repo_type"] for match in both["matches"]] == ["model", "dataset", "space"]
    assert [match["repo_type"] for match in both["matches"] if "preview" in match] == ["dataset"]
    assert [match["repo_type"] for match in alone["matches"]] == ["dataset"]
