"""One paper: its metadata, its text, and the repositories that name it in a tag."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.standins.hub import properties
from tests.standins.hub.callers import caller_of
from tests.standins.hub.errors import HubError
from tests.standins.hub.listing import visible
from tests.standins.hub.papers.records import Paper
from tests.standins.hub.papers.render import render_paper
from tests.standins.hub.records import KINDS, Kind, Repo

SHOWN = 5  # the Hub, too, lists only the first of many linked repositories


async def paper_info(request: Request) -> Response:
    paper = find_paper(request)
    now = datetime.now(UTC)
    linked = {kind: list(_linked(request, kind, paper.id)) for kind in KINDS}
    return JSONResponse(
        {
            **render_paper(request, paper, now),
            "comments": [],
            **{f"numTotal{kind.title()}s": len(repos) for kind, repos in linked.items()},
            **{f"linked{kind.title()}s": _shown(repos) for kind, repos in linked.items()},
        }
    )


async def linked_repos(request: Request) -> Response:
    """Answer for any id: a repository can name a paper that the Hub has no page of."""
    caller_of(request)
    paper_id = request.path_params["id"]
    return JSONResponse(
        {f"{kind}s": _shown(list(_linked(request, kind, paper_id))) for kind in KINDS}
    )


async def paper_text(request: Request) -> Response:
    paper = find_paper(request)
    if paper.text is None:
        raise HubError(404, "No markdown version of this paper")
    return Response(paper.text, media_type="text/markdown")


def find_paper(request: Request) -> Paper:
    caller_of(request)  # a bad token is refused even where none is needed
    paper: Paper | None = request.app.state.hub.papers.get(request.path_params["id"])
    if paper is None:
        raise HubError(404, "Paper not found")
    return paper


def _linked(request: Request, kind: Kind, paper_id: str) -> Iterable[Repo]:
    repos = visible(request.app.state.hub, kind, caller_of(request))
    return (repo for repo in repos if f"arxiv:{paper_id}" in repo.tags)


def _shown(repos: list[Repo]) -> list[dict[str, Any]]:
    repos.sort(key=lambda repo: (-repo.downloads, -repo.likes, repo.id))
    return [properties.render(repo, properties.LINKED_FIELDS[repo.kind]) for repo in repos[:SHOWN]]
