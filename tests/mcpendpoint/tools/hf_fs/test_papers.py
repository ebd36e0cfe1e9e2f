"""hf://papers: what each operation says about each kind of URI."""

import json
from datetime import UTC, date, datetime

import pytest

from mcpendpoint.tools.hf_fs.daily_papers import current_day
from mcpendpoint.tools.hf_fs.failures import Failure
from mcpendpoint.tools.hf_fs.paper_entries import parse_paper_id
from tests.mcpendpoint.hub_side import fresh_token
from tests.mcpendpoint.tools.hf_fs.calling import code_of, error_of, result_of, run, uris_of

SMOL = "hf://papers/2502.02737"
WITHOUT_TEXT = "hf://papers/2401.00001"
BUSY_DAY = "hf://papers/daily/2025/03/10"


async def test_the_root_has_a_guide_and_recent_papers(hub_side):
    result = await result_of("ls hf://papers")

    types = [entry["type"] for entry in result["entries"]]
    assert types == ["file", "dir", "dir", *["paper"] * 10]
    assert result["truncation_reason"] == "provider_limit"
    assert "not enumerable" in result["truncation_message"]
    assert len(await uris_of("ls hf://papers --limit 3 --type paper")) == 3
    assert (await result_of("ls hf://papers --type dir")).get("truncated") is None


async def test_the_guide_is_read(hub_side):
    assert (await result_of("cat hf://papers/README.md"))["content"].startswith("# Papers")
    assert (await result_of("stat hf://papers/README.md"))["type"] == "file"
    assert hub_side.asked() == []


async def test_a_paper_in_a_list_has_its_facts(hub_side):
    (entry,) = (await result_of("search hf://papers 'SmolLM2 goes big' --limit 1"))["entries"]

    assert entry["uri"] == SMOL
    assert entry["type"] == "paper"
    assert entry["title"].startswith("SmolLM2")
    assert entry["description"]
    assert entry["upvotes"] > 0
    assert entry["published_at"].startswith("2025-02-04")
    assert entry["daily_papers_uri"] == "hf://papers/daily/2025/02/06"
    assert entry["url"] == f"{hub_side.url}/papers/2502.02737"
    assert entry["arxiv_url"] == "https://arxiv.org/abs/2502.02737"


@pytest.mark.parametrize("line", ["ls hf://papers/trending", "ls hf://papers --sort trending"])
async def test_what_trends_is_20_papers_in_order(hub_side, line):
    result = await result_of(line)

    assert len(result["entries"]) == 20
    assert result["next_offset"] == 20
    assert "trending rank" in result["order"]
    assert all("observed_at" in entry for entry in result["entries"])


async def test_what_trends_goes_on(hub_side):
    first = await uris_of("ls hf://papers/trending --limit 100")
    rest = await uris_of("ls hf://papers/trending --limit 100 --offset 100")
    most = await uris_of("ls hf://papers/trending --limit 5000")

    assert len(first) == 100
    assert rest
    assert not set(first) & set(rest)
    assert most == first


@pytest.mark.parametrize(
    ("uri", "names"),
    [
        ("hf://papers/daily/2023", ["05", "06", "07", "08", "09", "10", "11", "12"]),
        ("hf://papers/daily/2023/05", [f"{day:02}" for day in range(4, 32)]),
        ("hf://papers/daily/2024/02", [f"{day:02}" for day in range(1, 30)]),
        ("hf://papers/daily/2024", [f"{month:02}" for month in range(1, 13)]),
    ],
)
async def test_days_are_in_folders(hub_side, uri, names):
    result = await result_of(["ls", uri])

    assert [entry["name"] for entry in result["entries"]] == names
    assert result["entries"][0]["uri"] == f"{uri}/{names[0]}"
    assert hub_side.asked() == []


async def test_the_days_begin_with_the_latest(hub_side):
    result = await result_of("ls hf://papers/daily")

    latest, *years = result["entries"]
    assert latest["uri"] == "hf://papers/daily/latest"
    assert years[0]["name"] == "2023"
    stat = await result_of("stat hf://papers/daily/latest")
    assert stat["target_uri"] == latest["target_uri"]
    assert await uris_of(["ls", latest["target_uri"]]) == await uris_of(["ls", latest["uri"]])
    this_year = await uris_of(f"ls hf://papers/daily/{years[-1]['name']}")
    assert this_year[-1] in latest["target_uri"]


async def test_the_latest_batch_is_the_newest_that_has_papers(hub_side):
    token = fresh_token()
    today = current_day(datetime.now(UTC))
    hub_side.break_at(f"daily_papers.*date={today}", status=200, body="[]", token=token)

    listed = await result_of("ls hf://papers/daily/latest", token)

    days = {entry["daily_papers_date"] for entry in listed["entries"]}
    assert len(days) == 1 and today.isoformat() not in days
    stat = await result_of("stat hf://papers/daily/latest", token)
    assert {stat["daily_papers_date"]} == days
    latest, *_ = (await result_of("ls hf://papers/daily", token))["entries"]
    assert latest["target_uri"] == stat["target_uri"]
    assert await uris_of(["ls", stat["target_uri"]], token) == [e["uri"] for e in listed["entries"]]


async def test_there_may_be_no_batch_at_all(hub_side):
    token = fresh_token()
    hub_side.break_at("/api/daily_papers", status=200, body="[]", token=token)

    assert (await result_of("ls hf://papers/daily/latest", token))["entries"] == []


async def test_the_batch_of_a_day_is_listed_to_its_end(hub_side):
    first = await result_of(f"ls {BUSY_DAY}")
    rest = await uris_of(f"ls {BUSY_DAY} --offset 100")

    assert len(first["entries"]) == 100
    assert first["next_offset"] == 100
    assert rest
    assert {entry["daily_papers_uri"] for entry in first["entries"]} == {BUSY_DAY}


async def test_papers_of_a_day_are_filtered(hub_side):
    assert await uris_of("find hf://papers/daily/2025/02/06 --name '2502.*'") == [SMOL]
    assert await uris_of("ls hf://papers/daily/2025/02/06 --glob 'x*'") == []
    assert await uris_of("find hf://papers/trending --name '2502.02737'") == [SMOL]


@pytest.mark.parametrize(
    ("uri", "exists"),
    [
        ("daily", True),
        ("daily/2023", True),
        ("daily/2022", False),
        ("daily/2023/04", False),
        ("daily/2023/05", True),
        ("daily/2023/05/03", False),
        ("daily/2023/05/04", True),
        ("daily/2099", False),
        ("daily/2099/01/01", False),
        ("trending", True),
    ],
)
async def test_days_exist_from_the_first_to_the_latest(hub_side, uri, exists):
    result = await result_of(f"stat hf://papers/{uri}")

    assert result["exists"] is exists
    assert result["type"] == ("dir" if exists else "missing")


@pytest.mark.parametrize(
    ("now", "day"),
    [
        ("2026-07-02T01:29:59+00:00", "2026-07-01"),  # in summer New York is 4 hours behind
        ("2026-07-02T01:30:00+00:00", "2026-07-02"),
        ("2026-01-02T02:29:59+00:00", "2026-01-01"),
        ("2026-01-02T02:30:00+00:00", "2026-01-02"),
        ("2026-01-02T12:00:00+00:00", "2026-01-02"),
    ],
)
def test_the_day_turns_in_new_yorks_evening(now, day):
    assert current_day(datetime.fromisoformat(now).astimezone(UTC)) == date.fromisoformat(day)


async def test_a_paper_is_a_folder(hub_side):
    assert await uris_of(f"ls {SMOL}") == [
        f"{SMOL}/{name}" for name in ("metadata.json", "paper.md", "models", "datasets", "spaces")
    ]
    stat = await result_of(f"stat {SMOL}")
    assert (stat["type"], stat["daily_papers_date"]) == ("paper", "2025-02-06")
    assert (await result_of("stat hf://papers/9999.99999"))["type"] == "missing"


@pytest.mark.parametrize("text", ["2502.02737v2", "arXiv:2502.02737"])
async def test_versions_and_prefixes_are_understood(hub_side, text):
    assert (await result_of(["stat", f"hf://papers/{text}"]))["uri"] == SMOL


@pytest.mark.parametrize(
    ("text", "paper_id"),
    [("2502.02737", "2502.02737"), ("0704.0001", "0704.0001"), ("2502.123", "2502.00123")],
)
def test_ids_are_arxivs(text, paper_id):
    assert parse_paper_id(text) == paper_id


@pytest.mark.parametrize(
    "text", ["hep-th", "2502", "2502.1", "2502.123456", "٢٥٠٢.٠٠٠٠١", "a.b", ""]
)
def test_other_ids_are_refused(text):
    with pytest.raises(Failure, match="invalid arXiv paper id"):
        parse_paper_id(text)


async def test_metadata_is_what_the_hub_says(hub_side):
    result = await result_of(f"cat {SMOL}/metadata.json --max-bytes 0")
    stat = await result_of(f"stat {SMOL}/metadata.json")

    assert json.loads(result["content"])["id"] == "2502.02737"
    assert (result["content_type"], result["bytes"]) == ("application/json", stat["size"])
    assert (result["path"], stat["path"]) == ("metadata.json", "metadata.json")


async def test_a_text_is_read_in_parts(hub_side):
    line = "cat hf://papers/2611.00104/paper.md"
    whole, offset = "", 0
    while offset is not None:
        result = await result_of(f"{line} --offset {offset} --max-bytes 9999")
        whole += result["content"]
        offset = result.get("next_offset")

    assert len(whole.encode()) == result["size"] > 40_000
    assert whole.startswith("# Reward Models")


async def test_a_paper_without_text_has_its_abstract(hub_side):
    result = await result_of(f"cat {WITHOUT_TEXT}/paper.md")

    assert "not available in Markdown" in result["content"]
    assert "## Abstract" in result["content"]
    assert "https://arxiv.org/pdf/2401.00001" in result["content"]
    assert "Hidden" not in result["content"]


async def test_a_text_that_cannot_be_had_now_is_not_taken_for_none(hub_side):
    hub_side.break_at("^/papers/2502.02737.md", status=503, headers={"Retry-After": "0"})

    error = await error_of(f"cat {SMOL}/paper.md")

    assert (error["code"], error["retryable"]) == ("HF_FS_UNAVAILABLE", True)


async def test_repositories_that_name_a_paper_are_links(hub_side):
    assert await uris_of(f"ls {SMOL}/spaces") == [f"{SMOL}/spaces/acme"]
    (link,) = (await result_of(f"ls {SMOL}/spaces/acme"))["entries"]

    assert (link["type"], link["path"]) == ("link", "spaces/acme/demo")
    assert (link["uri"], link["target_uri"]) == (
        f"{SMOL}/spaces/acme/demo",
        "hf://spaces/acme/demo",
    )
    stat = await result_of(["stat", link["uri"]])
    assert (stat["type"], stat["target_uri"]) == ("link", "hf://spaces/acme/demo")


async def test_below_a_link_is_what_it_leads_to(hub_side):
    link = f"{SMOL}/models/acme/tiny-llm"

    assert "hf://models/acme/tiny-llm/notes.txt" in await uris_of(f"ls {link}")
    assert await uris_of(f"find {link} --name notes.txt") == ["hf://models/acme/tiny-llm/notes.txt"]
    assert (await result_of(f"cat {link}/notes.txt"))["content"] == "A banana is a fruit.\n"
    assert (await result_of(f"stat {link}/notes.txt"))["size"] == 21
    assert len((await run(f"attach {link}/images/logo.png")).blocks) == 1


async def test_a_link_that_the_hub_did_not_list_is_proved_by_its_tags(hub_side):
    listed = await result_of(f"find {SMOL}/models --type link")
    assert listed["truncation_reason"] == "provider_limit"
    assert all("bob/first-try" not in entry["uri"] for entry in listed["entries"])

    stat = await result_of(f"stat {SMOL}/models/bob/first-try")

    assert stat["target_uri"] == "hf://models/bob/first-try"


async def test_all_of_a_paper_is_found(hub_side):
    uris = await uris_of(f"find {SMOL} --limit 100")

    assert f"{SMOL}/paper.md" in uris
    assert f"{SMOL}/models/acme" in uris
    assert f"{SMOL}/models/acme/tiny-llm" in uris
    assert await uris_of(f"ls {SMOL} -R --limit 100") == uris
    assert await uris_of(f"find {SMOL}/spaces --path 'acme/*'") == [f"{SMOL}/spaces/acme/demo"]
    assert await uris_of(f"find {SMOL}/paper.md") == [f"{SMOL}/paper.md"]


async def test_a_private_repository_is_nobodys_link(hub_side):
    for token in (None, "hf_bob"):
        assert await code_of(f"stat {SMOL}/models/alice/private", token) == "NOT_FOUND"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("cat hf://papers", "NOT_A_FILE"),
        ("find hf://papers", "UNSUPPORTED_OPERATION"),
        ("ls hf://papers -R", "UNSUPPORTED_OPERATION"),
        ("ls hf://papers --sort likes", "INVALID_ARGUMENT"),
        ("attach hf://papers", "NOT_A_FILE"),
        ("ls hf://papers/README.md", "NOT_A_DIRECTORY"),
        ("find hf://papers/README.md", "NOT_A_DIRECTORY"),
        ("cat hf://papers/trending", "NOT_A_FILE"),
        ("ls hf://papers/trending --sort likes", "INVALID_ARGUMENT"),
        ("ls hf://papers/trending/x", "INVALID_ARGUMENT"),
        ("find hf://papers/daily", "UNSUPPORTED_OPERATION"),
        ("find hf://papers/daily/2024", "UNSUPPORTED_OPERATION"),
        ("ls hf://papers/daily -R", "UNSUPPORTED_OPERATION"),
        ("ls hf://papers/daily/latest --sort upvotes", "INVALID_ARGUMENT"),
        ("cat hf://papers/daily/latest", "NOT_A_FILE"),
        ("ls hf://papers/daily/24", "INVALID_ARGUMENT"),
        ("ls hf://papers/daily/2024/1", "INVALID_ARGUMENT"),
        ("ls hf://papers/daily/2024/13", "INVALID_ARGUMENT"),
        ("ls hf://papers/daily/2024/02/30", "INVALID_ARGUMENT"),
        ("ls hf://papers/daily/2024/02/01/x", "INVALID_ARGUMENT"),
        ("ls hf://papers/daily/0000", "INVALID_ARGUMENT"),
        ("ls hf://papers/daily/2022", "NOT_FOUND"),
        ("ls hf://papers/daily/2023/05/03", "NOT_FOUND"),
        ("ls hf://papers/daily/2099/01/01", "NOT_FOUND"),
        ("ls hf://papers/xyz", "INVALID_ARGUMENT"),
        ("ls hf://papers/9999.99999", "NOT_FOUND"),
        ("cat hf://papers/9999.99999/paper.md", "NOT_FOUND"),
        ("cat hf://papers/9999.99999/metadata.json", "NOT_FOUND"),
        ("ls hf://papers/9999.99999/models", "NOT_FOUND"),
        (f"cat {SMOL}", "NOT_A_FILE"),
        (f"ls {SMOL} --sort likes", "INVALID_ARGUMENT"),
        (f"ls {SMOL}/paper.md", "NOT_A_DIRECTORY"),
        (f"ls {SMOL}/nothing", "NOT_FOUND"),
        (f"cat {SMOL}/paper.md/x", "NOT_FOUND"),
        (f"stat {SMOL}/nothing", "NOT_FOUND"),
        (f"cat {SMOL}/models", "NOT_A_FILE"),
        (f"cat {SMOL}/models/acme", "NOT_A_FILE"),
        (f"cat {SMOL}/models/acme/tiny-llm", "NOT_A_FILE"),
        (f"attach {SMOL}/models/acme/tiny-llm", "NOT_A_FILE"),
        (f"attach {SMOL}/paper.md", "NOT_A_FILE"),
        (f"ls {SMOL}/models/nobody", "NOT_FOUND"),
        (f"ls {SMOL}/models/acme/nothing", "NOT_FOUND"),
        (f"ls {SMOL}/models/openai/gpt-oss-20b", "UNSUPPORTED_OPERATION"),
        (f"ls {SMOL}/spaces/black-forest-labs/FLUX.1-schnell", "NOT_FOUND"),
        (f"ls {SMOL}/models/a%20b/c", "INVALID_ARGUMENT"),
    ],
)
async def test_what_cannot_be_done_has_a_code(hub_side, line, code):
    assert await code_of(line) == code


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("daily_papers", "ls hf://papers/trending"),
        ("daily_papers", "ls hf://papers/daily/latest"),
        ("daily_papers", "ls hf://papers"),
        ("papers/search", "search hf://papers x"),
        ("api/papers/2", f"stat {SMOL}"),
        ("/repos", f"ls {SMOL}/models"),
    ],
)
@pytest.mark.parametrize(
    ("status", "code"),
    [(429, "RATE_LIMITED"), (503, "UNAVAILABLE"), (401, "ACCESS_DENIED"), (403, "ACCESS_DENIED")],
)
async def test_a_failing_hub_is_told(hub_side, path, line, status, code):
    headers = {"headers": {"Retry-After": "0"}} if status == 503 else {}
    hub_side.break_at(path, status=status, **headers)

    batch = await run(line, "ls hf://")

    assert batch.items[0]["error"]["code"] == f"HF_FS_{code}"
    assert batch.items[1]["status"] == "success"
