"""Lists of papers: GET /api/daily_papers and /api/papers/search."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.standins.hub import errors, words
from tests.standins.hub.callers import caller_of
from tests.standins.hub.papers.records import Paper
from tests.standins.hub.papers.render import render_item
from tests.standins.hub.state import Hub

SORTS = ("publishedAt", "trending")
PAGE_SIZE = 50
MAX_PAGE_SIZE = 100
MAX_FOUND = 120
MAX_QUERY = 250
MIN_OVERLAP = 0.5


async def daily_papers(request: Request) -> Response:
    """Answer with one page, which `p` counts from 0; a Link header leads to the next."""
    caller_of(request)  # a bad token is refused even where none is needed
    now = datetime.now(UTC)
    hub: Hub = request.app.state.hub
    conditions = _conditions(request, now)
    found = [
        paper
        for paper in hub.papers.values()
        if paper.submission and all(matches(paper) for matches in conditions)
    ]
    found.sort(key=_order(request, now))
    page = _number(request, "p", default=0, minimum=0)
    size = min(_number(request, "limit", default=PAGE_SIZE, minimum=1), MAX_PAGE_SIZE)
    end = (page + 1) * size
    headers = {}
    if end < len(found):
        headers["Link"] = f'<{request.url.include_query_params(p=page + 1)}>; rel="next"'
    items = [render_item(request, paper, now) for paper in found[page * size : end]]
    return JSONResponse(items, headers=headers)


def _conditions(request: Request, now: datetime) -> list[Callable[[Paper], bool]]:
    query = request.query_params
    conditions: list[Callable[[Paper], bool]] = []
    if text := query.get("date"):
        day = _date(text)
        conditions.append(lambda paper: _day(paper, now) == day)
    if week := query.get("week"):
        if not re.fullmatch(r"\d{4}-W\d\d", week):
            raise errors.invalid('"week" must look like 2025-W09')
        conditions.append(lambda paper: _day(paper, now).strftime("%G-W%V") == week)
    if month := query.get("month"):
        if not re.fullmatch(r"\d{4}-\d\d", month):
            raise errors.invalid('"month" must look like 2025-02')
        conditions.append(lambda paper: _day(paper, now).strftime("%Y-%m") == month)
    if submitter := query.get("submitter"):
        conditions.append(
            lambda paper: paper.submission is not None and paper.submission.submitter == submitter
        )
    return conditions


def _day(paper: Paper, now: datetime) -> date:
    assert paper.submission is not None
    return paper.submission.day_at(now)


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise errors.invalid('"date" must be a valid date') from error


def _order(request: Request, now: datetime) -> Callable[[Paper], tuple[float, str]]:
    sort = request.query_params.get("sort", "publishedAt")
    if sort not in SORTS:
        raise errors.invalid(f'"sort" must be one of [{", ".join(SORTS)}]')
    if sort == "trending":
        return lambda paper: (-paper.trending_score, paper.id)
    return lambda paper: (-(paper.submitted_at(now) or now).timestamp(), paper.id)


def _number(request: Request, name: str, *, default: int, minimum: int) -> int:
    text = request.query_params.get(name, str(default))
    if not (text.isascii() and text.isdecimal()) or int(text) < minimum:
        raise errors.invalid(f'"{name}" must be larger than or equal to {minimum}')
    return int(text)


async def search_papers(request: Request) -> Response:
    """Answer with those that have every word of the query first, then those that have most."""
    caller_of(request)
    query = request.query_params.get("q", "").strip()
    if len(query) > MAX_QUERY:
        raise errors.invalid(f'"q" must have at most {MAX_QUERY} characters')
    limit = min(_number(request, "limit", default=MAX_FOUND, minimum=1), MAX_FOUND)
    now = datetime.now(UTC)
    hub: Hub = request.app.state.hub
    scored = [(_score(query, paper), paper) for paper in hub.papers.values()]
    found = [(score, paper) for score, paper in scored if score >= MIN_OVERLAP]
    found.sort(key=lambda pair: (-pair[0], -pair[1].upvotes, pair[1].id))
    return JSONResponse([render_item(request, paper, now) for _, paper in found[:limit]])


def _score(query: str, paper: Paper) -> float:
    authors = " ".join(author.name for author in paper.authors if not author.is_hidden)
    head = (paper.id, paper.title, authors)
    body = (paper.summary, " ".join(paper.ai_keywords))
    if words.words_in(query, *head):
        return 2.0
    if words.words_in(query, *head, *body):
        return 1.5
    return words.overlap(query, *head, *body)
