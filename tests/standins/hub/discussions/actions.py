"""POST …/{id}/discussions[/{num}/{action}]"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.standins.hub import bodies, errors
from tests.standins.hub.callers import Caller, caller_of
from tests.standins.hub.discussions import events, pull_requests
from tests.standins.hub.discussions.pages import find
from tests.standins.hub.errors import HubError
from tests.standins.hub.records import MAIN, Commit, Discussion, Repo
from tests.standins.hub.writes import metadata, rights


async def post(request: Request, repo: Repo, segments: list[str]) -> Response:
    caller = rights.require_contribution(caller_of(request))
    if not segments:
        return await _open(request, repo, caller)
    action = ACTIONS.get("/".join(segments[1:]))
    if action is None:
        raise errors.not_found()
    return await action(request, repo, find(repo, segments[0]), caller)


async def _open(request: Request, repo: Repo, caller: Caller) -> Response:
    body = await bodies.json_object(request)
    now = datetime.now(UTC)
    is_pull_request = bodies.flag(body, "pullRequest") or False
    discussion = Discussion(
        len(repo.discussions) + 1,
        bodies.text(body, "title"),
        caller.name,
        now,
        is_pull_request=is_pull_request,
        status="draft" if is_pull_request else "open",
        events=[events.comment(caller.name, bodies.optional_text(body, "description") or "", now)],
    )
    if is_pull_request:
        repo.refs[f"refs/pr/{discussion.num}"] = list(repo.refs[MAIN])
    repo.discussions.append(discussion)
    url = f"/{repo.id}/discussions/{discussion.num}"
    return JSONResponse({"num": discussion.num, "pullRequest": is_pull_request, "url": url})


async def _comment(request: Request, repo: Repo, about: Discussion, caller: Caller) -> Response:
    text = bodies.text(await bodies.json_object(request), "comment")
    event = events.comment(caller.name, text, datetime.now(UTC))
    about.events.append(event)
    return JSONResponse({"newMessage": event})


async def _set_status(request: Request, repo: Repo, about: Discussion, caller: Caller) -> Response:
    _require_say(repo, about, caller)
    status = bodies.text(await bodies.json_object(request), "status")
    if status == "open":
        about.status = "open"
    elif status == "closed":
        about.status = "closed"
    else:
        raise errors.invalid('"status" must be one of [open, closed]')
    event = events.status(caller.name, status, datetime.now(UTC))
    about.events.append(event)
    return JSONResponse({"newStatus": event})


async def _set_title(request: Request, repo: Repo, about: Discussion, caller: Caller) -> Response:
    _require_say(repo, about, caller)
    title = bodies.text(await bodies.json_object(request), "title")
    event = events.title(caller.name, about.title, title, datetime.now(UTC))
    about.title = title
    about.events.append(event)
    return JSONResponse({"newTitle": event})


async def _merge(request: Request, repo: Repo, about: Discussion, caller: Caller) -> Response:
    rights.require_write(caller, repo)
    if not about.is_pull_request or about.status not in ("open", "draft"):
        raise HubError(409, "Only an open pull request can be merged")
    if conflicts := pull_requests.conflicts(repo, about):
        raise HubError(409, f"This pull request has conflicts: {', '.join(conflicts)}")
    files = dict(repo.head.files)
    proposed = repo.refs[f"refs/pr/{about.num}"][0].files
    for path in pull_requests.changed(repo, about):
        if path in proposed:
            files[path] = proposed[path]
        else:
            del files[path]
    now = datetime.now(UTC)
    merged = Commit(f"{about.title} (#{about.num})", caller.name, now, files)
    repo.refs[MAIN] = [merged, *repo.refs[MAIN]]
    metadata.refresh(repo)
    about.status, about.merge_commit = "merged", merged.oid
    about.events.append(events.status(caller.name, "merged", now))
    return JSONResponse({})


def _require_say(repo: Repo, about: Discussion, caller: Caller) -> None:
    if caller.name != about.author:
        rights.require_write(caller, repo)


Action = Callable[[Request, Repo, Discussion, Caller], Awaitable[Response]]
ACTIONS: dict[str, Action] = {
    "comment": _comment,
    "status": _set_status,
    "title": _set_title,
    "merge": _merge,
}
