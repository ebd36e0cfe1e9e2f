"""Papers on the Hub: daily, trending and found ones, their metadata, text and repositories."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from pydantic import Field

from mcpendpoint.hub.client import HubClient, read_all
from mcpendpoint.hub.errors import HubBadAnswer
from mcpendpoint.hub.ids import url_path
from mcpendpoint.hub.pages import Page
from mcpendpoint.hub.repos import KINDS, AnyRepo
from mcpendpoint.hub.types import HubModel, RepoType, read

MAX_PAGE = 100
MAX_FOUND = 120
"""What a search returns at most."""
MAX_TEXT_BYTES = 5_000_000


class Author(HubModel):
    name: str
    hidden: bool = False


class Paper(HubModel):
    id: str = Field(min_length=1)
    title: str | None = None
    summary: str | None = None
    ai_summary: str | None = None
    upvotes: int | None = None
    published_at: datetime | None = Field(default=None, alias="publishedAt")
    submitted_at: datetime | None = Field(default=None, alias="submittedOnDailyAt")
    """To the Daily Papers."""
    withdrawn_at: datetime | None = Field(default=None, alias="withdrawnAt")
    """As the Hub's OpenAPI document has it, of GET /api/daily_papers."""
    authors: list[Author] = []
    project_page: str | None = Field(default=None, alias="projectPage")
    github_repo: str | None = Field(default=None, alias="githubRepo")
    total_models: int | None = Field(default=None, alias="numTotalModels")
    total_datasets: int | None = Field(default=None, alias="numTotalDatasets")
    total_spaces: int | None = Field(default=None, alias="numTotalSpaces")

    @property
    def daily_date(self) -> date | None:
        return self.submitted_at.date() if self.submitted_at else None

    def total(self, repo_type: RepoType) -> int | None:
        """Return how many repositories of that type name the paper."""
        return {
            RepoType.MODEL: self.total_models,
            RepoType.DATASET: self.total_datasets,
            RepoType.SPACE: self.total_spaces,
        }[repo_type]


def _unwrapped(item: Any) -> Any:
    """Take a paper out of what its card in a list shows; some lists hold the paper itself."""
    if isinstance(item, dict) and isinstance(item.get("paper"), dict):
        return {**item, **item["paper"]}
    return item


LinkedRepos = Mapping[RepoType, Sequence[AnyRepo]]


async def list_papers(
    hub: HubClient, *, sort: str, page: int = 0, limit: int = MAX_PAGE, day: date | None = None
) -> Page[Paper]:
    """Return what trends (sort=trending), or the daily ones, of one day or the latest."""
    params = [("p", str(page)), ("limit", str(limit)), ("sort", sort)]
    if day is not None:
        params.append(("date", day.isoformat()))
    return await hub.get_page(Paper, "/api/daily_papers", params, unwrap=_unwrapped)


async def search_papers(hub: HubClient, query: str) -> list[Paper]:
    params = [("q", query)]
    return (await hub.get_page(Paper, "/api/papers/search", params, unwrap=_unwrapped)).items


async def get_paper(hub: HubClient, paper_id: str) -> tuple[Paper, dict[str, Any]]:
    """Return a paper, and all that the Hub says of it."""
    answer = await hub.get_json(url_path("api", "papers", paper_id))
    if not isinstance(answer, dict):
        raise HubBadAnswer("The Hub's answer is no paper.")
    return read(Paper, {"id": paper_id, **answer}), answer


async def get_paper_text(hub: HubClient, paper_id: str) -> str:
    """Return the paper as Markdown. Raises HubNotFound when the Hub does not have its text."""
    path = url_path("papers", f"{paper_id}.md")
    return await hub.get_text(path, max_bytes=MAX_TEXT_BYTES, accept="text/markdown")


async def get_linked_repos(hub: HubClient, paper_id: str) -> LinkedRepos:
    """Return the repositories that name the paper, or the first of many."""
    answer = await hub.get_json(url_path("api", "arxiv", paper_id, "repos"))
    if not isinstance(answer, dict):
        raise HubBadAnswer("The Hub's answer is no list of repositories.")
    return {
        repo_type: read_all(KINDS[repo_type], _list_of(answer, repo_type.api_segment))
        for repo_type in RepoType
    }


def _list_of(answer: dict[str, Any], key: str) -> list[Any]:
    items = answer.get(key)
    return items if isinstance(items, list) else []
