"""The stand-in Hub as an ASGI application.

It speaks the Hub's API over the data of `seed`, refuses and hides what the Hub would, and
misbehaves when told to (faults.py). Later endpoints: one module, and one line a route here.
"""

from collections.abc import Awaitable, Callable
from urllib.parse import unquote

from starlette.applications import Starlette
from starlette.convertors import Convertor, register_url_convertor
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.standins.hub import (
    accounts,
    content,
    datasets_server,
    errors,
    faults,
    files,
    journal,
    listing,
    oauth,
    repos,
    seed,
    space_search,
)
from tests.standins.hub.callers import caller_of
from tests.standins.hub.collections.routes import ROUTES as COLLECTION_ROUTES
from tests.standins.hub.docs.routes import ROUTES as DOCS_ROUTES
from tests.standins.hub.headers import HeadersMiddleware
from tests.standins.hub.papers.routes import ROUTES as PAPER_ROUTES
from tests.standins.hub.records import KINDS, Kind, Repo

RepoAction = Callable[[Request, Repo, list[str]], Awaitable[Response]]
UNLIMITED = 10_000_000


class KindConvertor(Convertor[Kind]):
    """The plural in a URL, the kind of repository in Python."""

    regex = "models|datasets|spaces"

    def convert(self, value: str) -> Kind:
        return next(kind for kind in KINDS if value == f"{kind}s")

    def to_string(self, value: Kind) -> str:
        return f"{value}s"


register_url_convertor("kind", KindConvertor())

REPO_ACTIONS: dict[tuple[str, str], RepoAction] = {
    ("GET", "revision"): repos.info,
    ("GET", "runtime"): repos.runtime,
    ("GET", "refs"): repos.refs,
    ("GET", "commits"): repos.commits,
    ("GET", "auth-check"): repos.auth_check,
    ("GET", "tree"): files.tree,
    ("POST", "paths-info"): files.paths_info,
}
ACTION_NAMES = {name for _, name in REPO_ACTIONS}
RAW_ACTIONS = {"tree", "paths-info"}  # these decide themselves where the revision ends


async def repo_api(request: Request) -> Response:
    """Route /api/{kind}s/{id}[/{action}/…] by the path as it was sent.

    An id has two parts, or one for the oldest repositories.
    """
    segments = content.raw_segments(request)[2:]
    id_length = 1 if len(segments) == 1 or segments[1] in ACTION_NAMES else 2
    repo_id = "/".join(unquote(segment) for segment in segments[:id_length])
    name, rest = (segments[id_length : id_length + 1] or ["revision"])[0], segments[id_length + 1 :]
    method = "GET" if request.method == "HEAD" else request.method
    action = REPO_ACTIONS.get((method, name))
    if action is None:
        raise errors.not_found()
    repo = repos.find_repo(request, request.path_params["kind"], repo_id, caller_of(request))
    decoded = rest if name in RAW_ACTIONS else [unquote(segment) for segment in rest]
    return await action(request, repo, decoded)


def create_app(*, quota: int = UNLIMITED) -> Starlette:
    """Return a new stand-in; `quota` is what a caller may ask for in five minutes."""
    viewer = [
        Route(f"/datasets-server/{name}", endpoint)
        for name, endpoint in datasets_server.ROUTES.items()
    ]
    routes = [
        Route("/api/whoami-v2", accounts.whoami),
        Route("/api/users/{name}/overview", accounts.user_overview),
        Route("/api/organizations/{name}/overview", accounts.organization_overview),
        Route("/api/organizations/{name}/members", accounts.organization_members),
        Route("/avatars/{name}.svg", accounts.avatar),
        Route("/api/trending", listing.trending),
        Route("/api/spaces/semantic-search", space_search.search_spaces),
        Route("/api/{kind:kind}", listing.list_repos),
        Route("/api/{kind:kind}/{rest:path}", repo_api, methods=["GET", "POST"]),
        Route("/api/resolve-cache/{kind:kind}/{rest:path}", content.resolve_cache),
        *PAPER_ROUTES,
        *DOCS_ROUTES,
        *COLLECTION_ROUTES,
        *viewer,
        *oauth.routes(),
        Route("/_storage/{sha256}", content.storage),
        Route("/_faults", faults.add, methods=["POST"]),
        Route("/_faults", faults.clear, methods=["DELETE"]),
        Route("/_log", journal.read),
        Route("/_log", journal.empty, methods=["DELETE"]),
        Route("/{rest:path}", content.repo_page),
    ]
    app = Starlette(
        routes=routes,
        middleware=[
            Middleware(journal.JournalMiddleware),
            Middleware(HeadersMiddleware, quota=quota),
            Middleware(faults.FaultMiddleware),
        ],
        exception_handlers={errors.HubError: errors.answer, errors.Moved: errors.redirect},
    )
    app.state.hub = seed.new_hub()
    app.state.faults = []
    app.state.journal = journal.new_journal()
    return app
