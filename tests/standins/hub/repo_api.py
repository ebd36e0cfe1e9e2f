"""/api/{kind}s/{id}/{action}/…: which function answers for a repository."""

from collections.abc import Awaitable, Callable
from urllib.parse import unquote

from starlette.convertors import Convertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import Response

from tests.standins.hub import content, errors, files, repos
from tests.standins.hub.callers import caller_of
from tests.standins.hub.discussions import actions, pages
from tests.standins.hub.records import KINDS, Kind, Repo
from tests.standins.hub.state import Hub
from tests.standins.hub.writes import commits, creation, preupload, settings
from tests.standins.hub.xet import tokens

RepoAction = Callable[[Request, Repo, list[str]], Awaitable[Response]]


class KindConvertor(Convertor[Kind]):
    """The plural in a URL, the kind of repository in Python."""

    regex = "models|datasets|spaces"

    def convert(self, value: str) -> Kind:
        return next(kind for kind in KINDS if value == f"{kind}s")

    def to_string(self, value: Kind) -> str:
        return f"{value}s"


register_url_convertor("kind", KindConvertor())

ACTIONS: dict[tuple[str, str], RepoAction] = {
    ("GET", "revision"): repos.info,
    ("GET", "runtime"): repos.runtime,
    ("GET", "refs"): repos.refs,
    ("GET", "commits"): repos.commits,
    ("GET", "auth-check"): repos.auth_check,
    ("GET", "tree"): files.tree,
    ("POST", "paths-info"): files.paths_info,
    ("POST", "preupload"): preupload.preupload,
    ("POST", "commit"): commits.commit,
    ("POST", "duplicate"): creation.duplicate,
    ("PUT", "settings"): settings.update,
    ("POST", "branch"): settings.branch,
    ("DELETE", "branch"): settings.branch,
    ("POST", "tag"): settings.tag,
    ("DELETE", "tag"): settings.tag,
    ("GET", "variables"): settings.variables,
    ("POST", "variables"): settings.variables,
    ("DELETE", "variables"): settings.variables,
    ("GET", "secrets"): settings.secrets,
    ("POST", "secrets"): settings.secrets,
    ("DELETE", "secrets"): settings.secrets,
    ("GET", "xet-read-token"): tokens.read_repo,
    ("GET", "xet-write-token"): tokens.write_repo,
    ("GET", "discussions"): pages.show,
    ("POST", "discussions"): actions.post,
}
METHODS = sorted({method for method, _ in ACTIONS})
NAMES = {name for _, name in ACTIONS}
# These decide themselves where the revision ends.
RAW_ACTIONS = {"tree", "paths-info", "preupload", "commit"}


async def repo_api(request: Request) -> Response:
    """Route by the path as it was sent: `refs%2Fpr%2F1` is one part of it."""
    kind: Kind = request.path_params["kind"]
    repo_id, rest = _split(request.app.state.hub, kind, content.raw_segments(request)[2:])
    name, arguments = (rest or ["revision"])[0], rest[1:]
    method = "GET" if request.method == "HEAD" else request.method
    action = ACTIONS.get((method, name))
    if action is None:
        raise errors.not_found()
    repo = repos.find_repo(request, kind, repo_id, caller_of(request))
    if name not in RAW_ACTIONS:
        arguments = [unquote(argument) for argument in arguments]
    return await action(request, repo, arguments)


def _split(hub: Hub, kind: Kind, segments: list[str]) -> tuple[str, list[str]]:
    """Return the id and what follows it; it has two parts, or one for the oldest repositories."""
    repo_id = "/".join(unquote(segment) for segment in segments[:2])
    if segments[1:2] and segments[1] in NAMES and (kind, repo_id) not in hub.repos:
        return unquote(segments[0]), segments[1:]
    return repo_id, segments[2:]
