"""Lists of repositories: GET /api/models, /api/datasets, /api/spaces, and what is trending."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.standins.hub import errors, paging, properties
from tests.standins.hub.callers import Caller, caller_of, can_see
from tests.standins.hub.records import KINDS, Kind, Repo
from tests.standins.hub.state import Hub
from tests.standins.hub.words import words_in

SORTS: dict[str, Callable[[Repo], int | str | datetime]] = {
    "trendingScore": lambda repo: repo.trending_score,
    "trending": lambda repo: repo.trending_score,
    "downloads": lambda repo: repo.downloads,
    "likes": lambda repo: repo.likes,
    "likes30d": lambda repo: repo.likes // 7,
    "createdAt": lambda repo: repo.created_at,
    "lastModified": lambda repo: repo.last_modified,
    "mainSize": lambda repo: sum(file.size for file in repo.head.files.values()),
    "id": lambda repo: repo.id,
}
TRUE = ("true", "1", "True")
LOCAL_APPS = {"gguf": {"llama.cpp", "ollama", "lmstudio"}, "transformers": {"vllm", "tgi"}}


async def list_repos(request: Request) -> Response:
    kind: Kind = request.path_params["kind"]
    hub: Hub = request.app.state.hub
    found = [
        repo
        for repo in visible(hub, kind, caller_of(request))
        if all(matches(repo) for matches in _conditions(request, kind))
    ]
    fields = _fields(request, kind)
    items = [properties.render(repo, fields) for repo in _sorted(request, found)]
    return paging.page(request, items, size=hub.page_size, max_size=hub.max_page_size)


def visible(hub: Hub, kind: Kind, caller: Caller | None) -> Iterable[Repo]:
    return (repo for repo in hub.of_kind(kind) if can_see(caller, repo))


def tag_filters(request: Request) -> set[str]:
    return {tag for value in request.query_params.getlist("filter") for tag in value.split(",")}


def _conditions(request: Request, kind: Kind) -> list[Callable[[Repo], bool]]:
    query = request.query_params
    conditions: list[Callable[[Repo], bool]] = []
    if search := query.get("search"):
        conditions.append(lambda repo: words_in(search, repo.id, repo.details.get("title")))
    if author := query.get("author"):
        conditions.append(lambda repo: repo.owner.lower() == author.lower())
    if tags := tag_filters(request):
        conditions.append(lambda repo: tags <= set(repo.tags))
    if gated := query.get("gated"):
        conditions.append(lambda repo: bool(repo.gated) == (gated in TRUE))
    if models := set(query.getlist("models")):
        conditions.append(lambda repo: models <= set(repo.details.get("models", ())))
    if datasets := set(query.getlist("datasets")):
        conditions.append(lambda repo: datasets <= set(repo.details.get("datasets", ())))
    return conditions + (_model_conditions(request) if kind == "model" else [])


def _model_conditions(request: Request) -> list[Callable[[Repo], bool]]:
    query = request.query_params
    conditions: list[Callable[[Repo], bool]] = []
    if task := query.get("pipeline_tag"):
        conditions.append(lambda repo: repo.details.get("pipeline_tag") == task)
    if query.get("inference") == "warm":
        conditions.append(lambda repo: repo.details.get("inference") == "warm")
    if providers := {
        name for value in query.getlist("inference_provider") for name in value.split(",")
    }:
        conditions.append(lambda repo: _is_served(repo, providers))
    if apps := {name for value in query.getlist("apps") for name in value.split(",")}:
        conditions.append(
            lambda repo: apps <= LOCAL_APPS.get(repo.details.get("library_name", ""), set())
        )
    return conditions


def _is_served(repo: Repo, providers: set[str]) -> bool:
    serving = set(repo.details.get("inferenceProviderMapping", ()))
    return bool(serving & providers) or ("all" in providers and bool(serving))


def _sorted(request: Request, repos: list[Repo]) -> list[Repo]:
    name = request.query_params.get("sort", "trendingScore")
    if name not in SORTS:
        raise errors.invalid(f'Invalid option "{name}": expected one of {"|".join(SORTS)}')
    ascending = request.query_params.get("direction") == "1"
    repos.sort(key=lambda repo: repo.id)  # a stable second key, or a page could repeat an item
    return sorted(repos, key=SORTS[name], reverse=not ascending)


def _fields(request: Request, kind: Kind) -> list[str]:
    query = request.query_params
    if expand := query.getlist("expand") + query.getlist("expand[]"):
        return properties.check_expand(kind, expand)
    fields = list(properties.LIST_FIELDS[kind])
    if query.get("full") in TRUE:
        fields += ["author", "gated", "disabled", "lastModified", "sha", "siblings"]
        fields += [] if kind == "model" else ["cardData"]
    if query.get("cardData") in TRUE:
        fields.append("cardData")
    if query.get("config") in TRUE and kind == "model":
        fields.append("config")
    return list(dict.fromkeys(fields))


async def trending(request: Request) -> Response:
    query, caller = request.query_params, caller_of(request)
    kind = query.get("type", "all")
    limit = query.get("limit", "10")
    if kind not in (*KINDS, "all") or not limit.isdecimal() or int(limit) > 20:
        raise errors.invalid("type must be model, dataset, space or all; limit at most 20")
    kinds = [each for each in KINDS if kind in (each, "all")]
    repos = [repo for each in kinds for repo in visible(request.app.state.hub, each, caller)]
    repos.sort(key=lambda repo: (-repo.trending_score, repo.id))
    return JSONResponse({"recentlyTrending": [_trend(repo) for repo in repos[: int(limit)]]})


def _trend(repo: Repo) -> dict[str, Any]:
    fields = properties.TRENDING_FIELDS[repo.kind]
    return {"repoType": repo.kind, "repoData": properties.render(repo, fields)}
