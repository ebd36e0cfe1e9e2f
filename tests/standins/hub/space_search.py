"""GET /api/spaces/semantic-search: Spaces by what they do.

The Hub compares embeddings; this compares the words of the query with those of a Space's card,
which is enough for the queries of a test. One word is a full-text search there and here.
"""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.standins.hub import errors, properties
from tests.standins.hub.callers import caller_of
from tests.standins.hub.listing import TRUE, tag_filters, visible
from tests.standins.hub.records import Repo, hex_id
from tests.standins.hub.words import overlap, words_in

MAX_RESULTS = 50
MAX_QUERY = 250
TEXTS = ("title", "shortDescription", "ai_short_description", "ai_category")


async def search_spaces(request: Request) -> Response:
    query = request.query_params.get("q", "").strip()
    if not query or len(query) > MAX_QUERY:
        raise errors.invalid(f'"q" must have between 1 and {MAX_QUERY} characters')
    sdks = set(request.query_params.getlist("sdk"))
    tags = tag_filters(request)
    with_stopped = request.query_params.get("includeNonRunning") in TRUE
    scored = [
        (score, repo)
        for repo in visible(request.app.state.hub, "space", caller_of(request))
        if tags <= set(repo.tags)
        and (not sdks or repo.details["sdk"] in sdks)
        and (with_stopped or repo.details["runtime"]["stage"] == "RUNNING")
        and (score := _score(query, repo))
    ]
    scored.sort(key=lambda pair: (-pair[0], -pair[1].likes, pair[1].id))
    return JSONResponse([_result(score, repo) for score, repo in scored[:MAX_RESULTS]])


async def by_subdomain(request: Request) -> Response:
    """GET /api/spaces/by-subdomain/{subdomain}, as Gradio's client asks for a Space by its app.

    Source: gradio-app/gradio, client/js/src/helpers/spaces.ts.
    """
    for repo in visible(request.app.state.hub, "space", caller_of(request)):
        if properties.subdomain_of(repo) == request.path_params["subdomain"]:
            return JSONResponse(properties.render(repo, properties.INFO_FIELDS["space"]))
    raise errors.repo_not_found()


def _score(query: str, repo: Repo) -> float:
    texts = [repo.id, *repo.tags, *(repo.details.get(name) or "" for name in TEXTS)]
    if len(query.split()) == 1:
        return 1.0 if words_in(query, *texts) else 0.0
    return overlap(query, *texts)


def _result(score: float, repo: Repo) -> dict[str, object]:
    author = {"_id": hex_id(repo.owner), "name": repo.owner, "fullname": repo.owner.title()}
    return {
        **properties.render(repo, properties.SEARCH_FIELDS),
        "authorData": author,
        "pinned": False,
        "isLikedByUser": False,
        "semanticRelevancyScore": score,
    }
