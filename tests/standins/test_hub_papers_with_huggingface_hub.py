"""Papers of the stand-in Hub, as the public client reads them."""

from datetime import UTC, datetime

import httpx
import pytest
from huggingface_hub import HfApi
from huggingface_hub.errors import HfHubHTTPError

from tests.standins.hub.papers.records import batch_day
from tests.standins.serve import Running


def test_todays_batch_is_there(anonymous: HfApi):
    today = batch_day(datetime.now(UTC)).isoformat()

    papers = list(anonymous.list_daily_papers(date=today))

    assert [paper.id for paper in papers] == [
        "2611.00104",
        "2611.00103",
        "2611.00102",
        "2611.00101",
    ]
    assert [paper.submitted_by.username for paper in papers][:2] == ["bob", "tanaka"]


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-03-06T02:29:59+00:00", "2026-03-05"),
        ("2026-03-06T02:30:00+00:00", "2026-03-06"),
        ("2026-07-06T01:30:00+00:00", "2026-07-06"),
    ],
)
def test_batch_turns_in_the_evening_of_new_york(moment: str, day: str):
    assert batch_day(datetime.fromisoformat(moment)).isoformat() == day


@pytest.mark.parametrize(
    ("when", "ids"),
    [
        ({"date": "2023-05-04"}, {"2305.01625", "2305.02301", "2305.01210"}),
        ({"week": "2025-W06"}, {"2502.02737"}),
        ({"month": "2023-07"}, {"2307.09288"}),
        ({"date": "2023-05-03"}, set()),
    ],
)
def test_lists_papers_of_a_time(anonymous: HfApi, when: dict[str, str], ids: set[str]):
    assert {paper.id for paper in anonymous.list_daily_papers(**when)} == ids


def test_pages_of_a_busy_day_are_linked(hub: Running):
    params = {"date": "2025-03-10", "sort": "publishedAt", "limit": 100}

    first = httpx.get(f"{hub.url}/api/daily_papers", params=params)
    second = httpx.get(first.links["next"]["url"])

    assert [len(first.json()), len(second.json())] == [100, 26]
    assert "next" not in second.links


def test_sorts_by_what_is_trending(anonymous: HfApi):
    ids = [paper.id for paper in anonymous.list_daily_papers(sort="trending", limit=3)]

    assert ids == ["2611.00101", "2611.00091", "2611.00102"]


def test_finds_papers_by_name_and_by_subject(anonymous: HfApi):
    by_name = next(anonymous.list_papers(query="attention is all you need"))
    by_author = [paper.id for paper in anonymous.list_papers(query="Vaswani")]
    by_subject = [
        paper.id for paper in anonymous.list_papers(query="recognizing speeches", limit=2)
    ]

    assert (by_name.id, by_author) == ("1706.03762", ["1706.03762"])
    assert "2212.04356" in by_subject


def test_tells_about_a_paper_and_counts_what_it_does_not_list(anonymous: HfApi):
    paper = anonymous.paper_info("2502.02737")

    assert paper.organization.name == "HuggingFaceTB"
    assert [author.name for author in paper.authors if author.hidden] == ["A Hidden Author"]
    assert paper.num_total_models > len(paper.linked_models) == 5
    assert [dataset.id for dataset in paper.linked_datasets] == ["HuggingFaceTB/smoltalk"]
    assert [space.id for space in paper.linked_spaces] == ["acme/demo"]


def test_links_private_repositories_for_their_owner_only(hub: Running):
    url = f"{hub.url}/api/papers/2502.02737"

    totals = [
        httpx.get(url, headers=headers).json()["numTotalModels"]
        for headers in ({}, {"Authorization": "Bearer hf_alice"})
    ]

    assert totals[1] == totals[0] + 1


def test_shows_repositories_of_papers_it_has_no_page_of(hub: Running):
    found = httpx.get(f"{hub.url}/api/arxiv/2402.03216/repos").json()

    assert {model["id"] for model in found["models"]} == {"BAAI/bge-m3", "BAAI/bge-reranker-v2-m3"}
    assert found["datasets"] == found["spaces"] == []


def test_reads_a_paper_if_it_has_the_text(anonymous: HfApi):
    assert "## 3 Training" in anonymous.read_paper("2502.02737")
    assert len(anonymous.read_paper("1706.03762").encode()) > 80_000
    for paper_id in ("2401.00001", "2401.99999"):
        with pytest.raises(HfHubHTTPError, match="404"):
            anonymous.read_paper(paper_id)


def test_knows_not_every_paper(anonymous: HfApi):
    with pytest.raises(HfHubHTTPError, match="404"):
        anonymous.paper_info("2401.99999")


@pytest.mark.parametrize(
    "params", [{"date": "yesterday"}, {"week": "2025-9"}, {"sort": "best"}, {"p": "-1"}]
)
def test_refuses_what_it_does_not_understand(hub: Running, params: dict[str, str]):
    assert httpx.get(f"{hub.url}/api/daily_papers", params=params).status_code == 400
