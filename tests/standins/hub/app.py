"""The stand-in Hub as an ASGI application.

It speaks the Hub's API over the data of `seed`, refuses and hides what the Hub would, and
misbehaves when told to (faults.py). An endpoint is a function in a module of its subject, and a
line here, in the routes.py of its package, or in repo_api.py.
"""

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route

from tests.standins.hub import (
    accounts,
    content,
    datasets_server,
    errors,
    faults,
    journal,
    listing,
    oauth,
    seed,
    space_search,
)
from tests.standins.hub.buckets.routes import ROUTES as BUCKET_ROUTES
from tests.standins.hub.collections.routes import ROUTES as COLLECTION_ROUTES
from tests.standins.hub.docs.routes import ROUTES as DOCS_ROUTES
from tests.standins.hub.headers import HeadersMiddleware
from tests.standins.hub.jobs.routes import ROUTES as JOB_ROUTES
from tests.standins.hub.papers.routes import ROUTES as PAPER_ROUTES
from tests.standins.hub.repo_api import METHODS as REPO_METHODS
from tests.standins.hub.repo_api import repo_api
from tests.standins.hub.sandbox.routes import ROUTES as SANDBOX_ROUTES
from tests.standins.hub.writes.routes import ROUTES as WRITE_ROUTES
from tests.standins.hub.xet.cas import ROUTES as XET_ROUTES

UNLIMITED = 10_000_000


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
        Route("/api/spaces/by-subdomain/{subdomain}", space_search.by_subdomain),
        Route("/api/{kind:kind}", listing.list_repos),
        Route("/api/{kind:kind}/{rest:path}", repo_api, methods=REPO_METHODS),
        Route("/api/resolve-cache/{kind:kind}/{rest:path}", content.resolve_cache),
        *PAPER_ROUTES,
        *DOCS_ROUTES,
        *COLLECTION_ROUTES,
        *BUCKET_ROUTES,
        *XET_ROUTES,
        *JOB_ROUTES,
        *SANDBOX_ROUTES,
        *WRITE_ROUTES,
        *viewer,
        *oauth.routes(),
        Route("/_storage/{key}", content.storage),
        Route("/_faults", faults.add, methods=["POST"]),
        Route("/_faults", faults.clear, methods=["DELETE"]),
        Route("/_log", journal.read),
        Route("/_log", journal.empty, methods=["DELETE"]),
        Route("/{rest:path}", content.repo_page),
        Route("/{rest:path}", errors.nowhere, methods=["POST", "PUT", "PATCH", "DELETE"]),
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
