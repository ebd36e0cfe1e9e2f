"""How a paper looks in JSON."""

from datetime import datetime
from typing import Any

from starlette.requests import Request

from tests.standins.hub import accounts
from tests.standins.hub.papers.records import Author, Paper
from tests.standins.hub.records import hex_id, wire_date
from tests.standins.hub.state import Hub


def render_item(request: Request, paper: Paper, now: datetime) -> dict[str, Any]:
    """Return an item of a list: the paper itself, and around it what its card on a page shows."""
    hub: Hub = request.app.state.hub
    item: dict[str, Any] = {
        "paper": render_paper(request, paper, now),
        "publishedAt": wire_date(paper.published_at(now)),
        "title": paper.title,
        "summary": paper.summary,
        "thumbnail": f"{request.base_url}thumbnails/{paper.id}/gradient.png",
        "numComments": paper.comments,
        "isAuthorParticipating": any(author.username for author in paper.authors),
    }
    if paper.submission is not None:
        item["submittedBy"] = accounts.summary(request, paper.submission.submitter)
    if paper.organization in hub.orgs:
        item["organization"] = accounts.organization(request, paper.organization)
    return item


def render_paper(request: Request, paper: Paper, now: datetime) -> dict[str, Any]:
    hub: Hub = request.app.state.hub
    answer: dict[str, Any] = {
        "id": paper.id,
        "authors": [_author(request, paper, author) for author in paper.authors],
        "publishedAt": wire_date(paper.published_at(now)),
        "title": paper.title,
        "summary": paper.summary,
        "upvotes": paper.upvotes,
        "discussionId": hex_id("discussion", paper.id),
        "ai_summary": paper.ai_summary,
        "ai_keywords": list(paper.ai_keywords) or None,
        "projectPage": paper.project_page,
        "githubRepo": paper.github_repo,
        "githubStars": paper.github_stars,
    }
    submitted = paper.submitted_at(now)
    if paper.submission is not None and submitted is not None:
        answer["submittedOnDailyAt"] = wire_date(submitted)
        answer["submittedOnDailyBy"] = accounts.summary(request, paper.submission.submitter)
    if paper.organization in hub.orgs:
        answer["organization"] = accounts.organization(request, paper.organization)
    return {name: value for name, value in answer.items() if value is not None}


def _author(request: Request, paper: Paper, author: Author) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "_id": hex_id("author", paper.id, author.name),
        "name": author.name,
        "hidden": author.is_hidden,
    }
    if author.username:
        answer["user"] = accounts.summary(request, author.username)
        answer["status"] = "claimed_verified"
        answer["statusLastChangedAt"] = "2025-02-10T08:12:44.000Z"
    return answer
