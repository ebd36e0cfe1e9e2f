"""Models, datasets, Spaces and accounts of the Hub: where they are asked for, and which fields."""

import re
from collections.abc import Sequence

from django.conf import settings

from mcpendpoint.hub.client import HubClient, expand
from mcpendpoint.hub.errors import HubNotFound
from mcpendpoint.hub.ids import parse_repo_id, url_path
from mcpendpoint.hub.pages import Page
from mcpendpoint.hub.spaces import SPACE_FIELDS
from mcpendpoint.hub.transport import Params
from mcpendpoint.hub.types import (
    Dataset,
    Model,
    Organization,
    RepoType,
    Space,
    User,
)

MAX_README_BYTES = 1_000_000

# huggingface_hub 2.4.0, repocard.py: "exact same regex as in the Hub server"; editors add a BOM.
_FRONT_MATTER = re.compile(
    r"\ufeff?\s*---(?:\r\n|\r|\n)[\S\s]*?(?:\r\n|\r|\n)---[ \t]*(?:\r\n|\n|$)"
)

AnyRepo = Model | Dataset | Space

# `expand` names all fields that are wanted: the Hub then sends no others.
_LISTED = (
    "author",
    "createdAt",
    "disabled",
    "lastModified",
    "likes",
    "private",
    "tags",
    "trendingScore",
)
_LISTED_FIELDS = {
    RepoType.MODEL: (*_LISTED, "downloads", "gated", "library_name", "pipeline_tag"),
    RepoType.DATASET: (*_LISTED, "description", "downloads", "gated"),
    RepoType.SPACE: (*_LISTED, "cardData", "runtime", "sdk"),
}
_ALL_FIELDS = {
    RepoType.MODEL: (
        *_LISTED_FIELDS[RepoType.MODEL],
        "cardData",
        "config",
        "downloadsAllTime",
        "gguf",
        "inferenceProviderMapping",
        "safetensors",
        "sha",
        "spaces",
        "transformersInfo",
    ),
    RepoType.DATASET: (*_LISTED_FIELDS[RepoType.DATASET], "cardData", "downloadsAllTime", "sha"),
    RepoType.SPACE: SPACE_FIELDS,
}
KINDS: dict[RepoType, type[AnyRepo]] = {
    RepoType.MODEL: Model,
    RepoType.DATASET: Dataset,
    RepoType.SPACE: Space,
}


def page_url(repo_type: RepoType, repo_id: str) -> str:
    """Return where a person looks at a repository."""
    return f"{settings.HF_ENDPOINT}/{repo_type.page_prefix}{repo_id}"


async def get_repo(
    hub: HubClient,
    repo_type: RepoType,
    repo_id: str,
    *,
    revision: str | None = None,
    fields: Sequence[str] | None = None,
) -> AnyRepo:
    at = ("revision", revision) if revision else ()
    path = url_path("api", repo_type.api_segment, *parse_repo_id(repo_id).split("/"), *at)
    return await hub.get_model(KINDS[repo_type], path, expand(fields or _ALL_FIELDS[repo_type]))


async def newest_commit(
    hub: HubClient, repo_type: RepoType, repo_id: str, branch: str
) -> str | None:
    """Return the commit that a branch is at now, None where the Hub does not say."""
    path = url_path("api", repo_type.api_segment, *parse_repo_id(repo_id).split("/"))
    found = await hub.get_json(f"{path}{url_path('revision', branch)}", expand(("sha",)), seconds=0)
    sha = found.get("sha") if isinstance(found, dict) else None
    return sha if isinstance(sha, str) else None


async def list_repos(
    hub: HubClient,
    repo_type: RepoType,
    params: Params,
    cursor: str | None,
    *,
    fields: Sequence[str] | None = None,
) -> Page[AnyRepo]:
    """Return one page, each repository with the fields that are wanted."""
    query = [*params, *expand(fields or _LISTED_FIELDS[repo_type])]
    if cursor is not None:
        query.append(("cursor", cursor))
    return await hub.get_page(KINDS[repo_type], url_path("api", repo_type.api_segment), query)


async def get_readme(
    hub: HubClient, repo_type: RepoType, repo_id: str, *, revision: str | None = None
) -> str:
    """Return the README without its YAML block, of a huge one the beginning.

    Raises HubNotFound when there is none.
    """
    prefix = (repo_type.api_segment,) if repo_type is not RepoType.MODEL else ()
    names = parse_repo_id(repo_id).split("/")
    path = url_path(*prefix, *names, "resolve", revision or "main", "README.md")
    part = await hub.get_bytes(path, offset=0, length=MAX_README_BYTES)
    return without_front_matter(part.content.decode("utf-8", "ignore"))


def without_front_matter(text: str) -> str:
    found = _FRONT_MATTER.match(text)
    return text[found.end() :].lstrip() if found else text


async def get_account(hub: HubClient, name: str) -> User | Organization:
    """Return the user or organisation of that name. Raises HubNotFound when there is neither."""
    try:
        return await hub.get_model(User, url_path("api", "users", name, "overview"))
    except HubNotFound:
        path = url_path("api", "organizations", name, "overview")
        return await hub.get_model(Organization, path)
