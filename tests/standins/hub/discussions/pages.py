"""GET …/{id}/discussions[/{num}]"""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.standins.hub import accounts, errors
from tests.standins.hub.discussions import pull_requests
from tests.standins.hub.errors import HubError
from tests.standins.hub.records import Discussion, Repo, wire_date
from tests.standins.hub.words import words_in

PAGE_SIZE = 10


async def show(request: Request, repo: Repo, segments: list[str]) -> Response:
    if not segments:
        return _list(request, repo)
    discussion = find(repo, segments[0])
    if len(segments) > 1:
        raise errors.not_found()
    answer = {**_summary(request, repo, discussion), "events": discussion.events}
    if discussion.is_pull_request:
        answer |= pull_requests.describe(repo, discussion)
    return JSONResponse(answer)


def _list(request: Request, repo: Repo) -> Response:
    query = request.query_params
    type_, status = query.get("type", "all"), query.get("status", "all")
    found = [
        discussion
        for discussion in reversed(repo.discussions)
        if type_ in ("all", "pull_request" if discussion.is_pull_request else "discussion")
        and status in ("all", "open" if discussion.status in ("open", "draft") else "closed")
        and query.get("author", discussion.author) == discussion.author
        and words_in(query.get("search", ""), discussion.title)
    ]
    page = query.get("p", "0")
    if not (page.isascii() and page.isdecimal()):
        raise errors.invalid('"p" must be a number')
    start = int(page) * PAGE_SIZE
    shown = found[start : start + PAGE_SIZE]
    return JSONResponse(
        {
            "discussions": [_summary(request, repo, discussion) for discussion in shown],
            "count": len(found),
            "start": start,
            "numClosedDiscussions": sum(d.status in ("closed", "merged") for d in found),
        }
    )


def _summary(request: Request, repo: Repo, discussion: Discussion) -> dict[str, Any]:
    return {
        "num": discussion.num,
        "author": accounts.owner(request, discussion.author),
        "repo": {"name": repo.id, "type": repo.kind},
        "title": discussion.title,
        "status": discussion.status,
        "createdAt": wire_date(discussion.created_at),
        "isPullRequest": discussion.is_pull_request,
        "numComments": sum(event["type"] == "comment" for event in discussion.events),
        "pinned": False,
    }


def find(repo: Repo, num: str) -> Discussion:
    for discussion in repo.discussions:
        if str(discussion.num) == num:
            return discussion
    raise HubError(404, "Discussion not found")
