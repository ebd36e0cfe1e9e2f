"""POST …/{id}/commit/{revision}: a commit on a branch, or in a pull request of its own."""

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.standins.hub import errors
from tests.standins.hub.callers import Caller, caller_of
from tests.standins.hub.discussions import events
from tests.standins.hub.errors import HubError
from tests.standins.hub.files import split_revision
from tests.standins.hub.listing import TRUE
from tests.standins.hub.records import MAIN, Commit, Discussion, Repo
from tests.standins.hub.repos import find_history, page_url
from tests.standins.hub.state import Hub
from tests.standins.hub.writes import metadata, operations
from tests.standins.hub.writes.operations import CommitRequest
from tests.standins.hub.writes.preupload import require_commit


async def commit(request: Request, repo: Repo, segments: list[str]) -> Response:
    require_commit(request, repo)
    caller = caller_of(request)
    assert caller is not None, "anonymous commits are refused"
    revision, _ = split_revision(repo, segments)
    wanted = operations.read(await request.body())
    history = find_history(repo, revision)
    if wanted.parent not in (None, history[0].oid):
        raise HubError(412, "A commit has happened since. Please refresh and try again.")
    made = _make(request, repo, history[0], wanted, caller)
    answer = {
        "success": True,
        "commitOid": made.oid,
        "commitUrl": f"{page_url(request, repo)}/commit/{made.oid}",
        "hookOutput": "",
    }
    if request.query_params.get("create_pr") in TRUE:
        discussion = _propose(repo, [made, *history], wanted, caller)
        answer["pullRequestUrl"] = f"{page_url(request, repo)}/discussions/{discussion.num}"
    else:
        _push(repo, revision, made)
    return JSONResponse(answer)


def _make(
    request: Request, repo: Repo, parent: Commit, wanted: CommitRequest, caller: Caller
) -> Commit:
    hub: Hub = request.app.state.hub

    def find_large(sha256: str) -> bytes | None:
        content = hub.large_files.get(sha256)
        return repo.large_content(sha256) if content is None else content

    files = operations.apply(wanted.operations, parent.files, find_large)
    made = Commit(wanted.summary, caller.name, datetime.now(UTC), files, wanted.description)
    metadata.card_of(made)  # refuses a README with metadata that nobody can read
    return made


def _push(repo: Repo, revision: str, made: Commit) -> None:
    ref = next(
        (ref for ref in (revision, f"refs/heads/{revision}") if ref in repo.refs),
        None,
    )
    if ref is None or not ref.startswith(("refs/heads/", "refs/pr/")):
        raise errors.invalid(f"Not a branch: {revision}")
    repo.refs[ref] = [made, *repo.refs[ref]]
    if ref == MAIN:
        metadata.refresh(repo)


def _propose(
    repo: Repo, history: list[Commit], wanted: CommitRequest, caller: Caller
) -> Discussion:
    made = history[0]
    discussion = Discussion(
        len(repo.discussions) + 1,
        wanted.summary,
        caller.name,
        made.date,
        is_pull_request=True,
        events=[
            events.comment(caller.name, wanted.description, made.date),
            events.commit(caller.name, made),
        ],
    )
    repo.refs[f"refs/pr/{discussion.num}"] = history
    repo.discussions.append(discussion)
    return discussion
