"""One repository: its info at a revision, its Space runtime, its refs and its commits."""

import hashlib
import json
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.standins.hub import errors, paging, properties
from tests.standins.hub.callers import Caller, caller_of, can_pass_gate, can_see
from tests.standins.hub.listing import TRUE
from tests.standins.hub.records import Commit, Kind, Repo, wire_date
from tests.standins.hub.state import Hub
from tests.standins.hub.writes.rights import may_write

PAGE_PREFIX: dict[Kind, str] = {"model": "/", "dataset": "/datasets/", "space": "/spaces/"}


def page_url(request: Request, repo: Repo) -> str:
    return f"{request.base_url}{PAGE_PREFIX[repo.kind][1:]}{repo.id}"


def find_repo(request: Request, kind: Kind, repo_id: str, caller: Caller | None) -> Repo:
    """Return the repository, or raise what the Hub tells somebody who may not know of it."""
    hub: Hub = request.app.state.hub
    repo = hub.repos.get((kind, repo_id))
    if repo is None and (new_id := hub.moved.get((kind, repo_id))):
        path = request.scope["raw_path"].decode().replace(quote(repo_id), quote(new_id), 1)
        raise errors.Moved(path + (f"?{request.url.query}" if request.url.query else ""))
    if repo is None or not can_see(caller, repo):
        raise errors.repo_not_found() if caller else errors.sign_in_needed()
    if repo.disabled:
        raise errors.disabled()
    return repo


def check_gate(request: Request, repo: Repo, caller: Caller | None) -> None:
    if can_pass_gate(caller, repo):
        return
    url = page_url(request, repo)
    raise errors.gated(repo.kind, repo.id, url, is_anonymous=caller is None)


def find_history(repo: Repo, revision: str) -> list[Commit]:
    commits = repo.history(revision)
    if commits is None:
        raise errors.revision_not_found(revision)
    return commits


async def info(request: Request, repo: Repo, segments: list[str]) -> Response:
    """GET …/{id} and …/{id}/revision/{revision}."""
    commit = find_history(repo, "/".join(segments) or "main")[0]
    query = request.query_params
    expand = query.getlist("expand") + query.getlist("expand[]")
    fields = properties.check_expand(repo.kind, expand) or properties.INFO_FIELDS[repo.kind]
    answer = properties.render(repo, fields, commit)
    if query.get("blobs") in TRUE:
        files = sorted(commit.files.items())
        answer["siblings"] = [properties.sibling_with_blob(file) for _, file in files]
    if query.get("securityStatus") in TRUE:
        answer["securityRepoStatus"] = {"scansDone": True, "filesWithIssues": []}
    return _with_etag(request, answer)


def _with_etag(request: Request, answer: dict[str, Any]) -> Response:
    body = json.dumps(answer, ensure_ascii=False).encode()
    etag = f'W/"{len(body):x}-{hashlib.sha1(body).hexdigest()[:27]}"'
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers={"ETag": etag})
    return Response(body, headers={"ETag": etag}, media_type="application/json")


async def runtime(request: Request, repo: Repo, segments: list[str]) -> Response:
    if repo.kind != "space":
        raise errors.not_found()
    return JSONResponse(repo.details["runtime"])


async def refs(request: Request, repo: Repo, segments: list[str]) -> Response:
    groups: dict[str, list[dict[str, str]]] = {"branches": [], "tags": [], "converts": []}
    prefixes = {"branches": "refs/heads/", "tags": "refs/tags/", "converts": "refs/convert/"}
    if request.query_params.get("include_prs") in TRUE:
        prefixes["pullRequests"] = "refs/pr/"
        groups["pullRequests"] = []
    for group, prefix in prefixes.items():
        for ref, commits in repo.refs.items():
            if ref.startswith(prefix):
                name = ref.removeprefix(prefix)
                groups[group].append({"name": name, "ref": ref, "targetCommit": commits[0].oid})
    return JSONResponse(groups)


async def commits(request: Request, repo: Repo, segments: list[str]) -> Response:
    history = find_history(repo, "/".join(segments) or "main")
    items = [
        {
            "id": commit.oid,
            "title": commit.title,
            "message": commit.message,
            "authors": [{"user": commit.author, "avatar": f"/avatars/{commit.author}.svg"}],
            "date": wire_date(commit.date),
        }
        for commit in history
    ]
    response = paging.page(request, items, size=50, max_size=1000)
    response.headers["X-Total-Count"] = str(len(items))
    return response


async def auth_check(request: Request, repo: Repo, segments: list[str]) -> Response:
    caller = caller_of(request)
    check_gate(request, repo, caller)
    if segments == ["write"] and not may_write(caller, repo):
        raise errors.HubError(403, "You don't have write access to this repository")
    return JSONResponse({})
