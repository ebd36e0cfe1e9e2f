"""POST …/{id}/preupload/{revision}: which files of a coming commit are too large for git."""

import base64
import binascii
from collections.abc import Iterable
from fnmatch import fnmatch

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.standins.hub import bodies, errors
from tests.standins.hub.bodies import Body
from tests.standins.hub.callers import caller_of
from tests.standins.hub.files import split_revision
from tests.standins.hub.listing import TRUE
from tests.standins.hub.records import Repo
from tests.standins.hub.repos import find_history
from tests.standins.hub.writes import rights

LARGEST_REGULAR = 10 * 1024 * 1024


def require_commit(request: Request, repo: Repo) -> None:
    """Check the right to commit, or to propose a commit, which the same requests ask for."""
    caller = caller_of(request)
    if request.query_params.get("create_pr") in TRUE:
        rights.require_contribution(caller)
    else:
        rights.require_write(caller, repo)


async def preupload(request: Request, repo: Repo, segments: list[str]) -> Response:
    require_commit(request, repo)
    revision, _ = split_revision(repo, segments)
    files = find_history(repo, revision)[0].files
    body = await bodies.json_object(request)
    attributes = files.get(".gitattributes")
    given = bodies.optional_text(body, "gitAttributes")
    large = list(_large_patterns(given or (attributes.content.decode() if attributes else "")))
    ignored = (bodies.optional_text(body, "gitIgnore") or "").split()
    answer = []
    for asked in bodies.objects(body, "files"):
        path = bodies.text(asked, "path")
        present = files.get(path)
        answer.append(
            {
                "path": path,
                "uploadMode": "lfs" if _is_large(asked, path, large) else "regular",
                "shouldIgnore": any(_matches(path, pattern) for pattern in ignored),
                "oid": (present.sha256 if present.is_lfs else present.oid) if present else None,
            }
        )
    return JSONResponse({"files": answer})


def _large_patterns(attributes: str) -> Iterable[str]:
    for line in attributes.splitlines():
        pattern, *settings = line.split() or [""]
        if "filter=lfs" in settings:
            yield pattern


def _is_large(asked: Body, path: str, patterns: list[str]) -> bool:
    size = asked.get("size")
    if not isinstance(size, int) or isinstance(size, bool) or size < 0:
        raise errors.invalid('"size" must be a number')
    try:
        sample = base64.b64decode(bodies.optional_text(asked, "sample") or "", validate=True)
    except binascii.Error as error:
        raise errors.invalid('"sample" must be base64') from error
    is_binary = b"\0" in sample
    return size > LARGEST_REGULAR or is_binary or any(_matches(path, each) for each in patterns)


def _matches(path: str, pattern: str) -> bool:
    return fnmatch(path, pattern) or fnmatch(path.rpartition("/")[2], pattern)
