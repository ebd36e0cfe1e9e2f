import orjson

from mcpendpoint.tools.hf_fs.budget import MAX_CHARS
from tests.mcpendpoint.tools.hf_fs.calling import result_of, run
from tests.standins.hub.seed.odd_files import files

TINY = "hf://models/acme/tiny-llm"
LONG = f"{TINY}/text/long.txt"
CONTENT = files()["text/long.txt"].content.decode()


def sizes(batch):
    return len(batch.text), len(orjson.dumps(batch.content).decode())


async def test_an_answer_has_a_size(hub_side):
    for lines in (
        [f"cat {LONG} --max-bytes 80000"] * 30,
        [f"find {TINY}"] * 30,
        [f"find {TINY}"] * 3 + [f"cat {LONG} --max-bytes 0"] * 3,
    ):
        batch = await run(*lines)

        assert max(sizes(batch)) <= MAX_CHARS
        assert max(sizes(batch)) > 0.8 * MAX_CHARS
        assert (batch.content["truncated"], batch.content["truncation_reason"]) == (
            True,
            "output_budget",
        )


async def test_small_results_are_whole_beside_large_ones(hub_side):
    long = f"cat {LONG} --max-bytes 0"

    batch = await run(long, f"cat {TINY}/notes.txt", f"ls {TINY}", f"{long} --offset 80000")

    first, *small, last = batch.items
    assert first["output_truncated"]
    assert last["output_truncated"]
    assert all("output_truncated" not in item for item in small)
    assert min(first["result"]["bytes"], last["result"]["bytes"]) > 30_000


async def test_what_was_cut_goes_on_where_it_says(hub_side):
    batch = await run(*[f"cat {LONG} --max-bytes 80000"] * 4)

    result = batch.items[0]["result"]
    assert CONTENT.startswith(result["content"])
    assert len(result["content"].encode()) == result["bytes"] == result["next_offset"]
    following = await result_of(f"cat {LONG} --offset {result['next_offset']}")
    assert CONTENT.startswith(result["content"] + following["content"])
    assert f"--offset {result['next_offset']}" in batch.text


async def test_a_list_that_was_cut_goes_on_where_it_says(hub_side):
    batch = await run(*[f"find {TINY} --name 'part-*'"] * 20)

    result = batch.items[0]["result"]
    shown = [entry["path"] for entry in result["entries"]]
    assert 0 < len(shown) < 120
    assert result["next_offset"] == len(shown)
    assert f"{len(shown)} of 120 entries" in result["truncation_message"]
    rest = await result_of(f"find {TINY} --name 'part-*' --offset {len(shown)}")
    assert shown + [entry["path"] for entry in rest["entries"]] == [
        f"shards/part-{number:03}.txt" for number in range(120)
    ]


async def test_a_small_answer_is_not_cut(hub_side):
    batch = await run(f"ls {TINY}", f"cat {LONG} --max-bytes 20000")

    assert "truncated" not in batch.content
    assert all("output_truncated" not in item for item in batch.items)
