"""How a repository looks in JSON: every property by name, and which ones each answer carries."""

from collections.abc import Callable, Iterable
from typing import Any

from tests.standins.hub import errors
from tests.standins.hub.records import Commit, File, Kind, Repo, hex_id, wire_date

Property = Callable[[Repo, Commit], Any]


def _names(text: str) -> list[str]:
    return text.split()


def subdomain_of(repo: Repo) -> str:
    return "".join(c if c.isalnum() else "-" for c in repo.id.lower())


def _siblings(repo: Repo, commit: Commit) -> list[dict[str, Any]]:
    return [{"rfilename": path} for path in sorted(commit.files)]


def sibling_with_blob(file: File) -> dict[str, Any]:
    sibling: dict[str, Any] = {"rfilename": file.path, "blobId": file.oid, "size": file.size}
    if file.is_lfs:
        pointer_size = len(file.pointer)
        sibling["lfs"] = {"sha256": file.sha256, "size": file.size, "pointerSize": pointer_size}
    return sibling


def _detail(name: str) -> Property:
    return lambda repo, commit: repo.details.get(name)


SHARED: dict[str, Property] = {
    "author": lambda repo, commit: repo.owner,
    "cardData": lambda repo, commit: repo.card or None,
    "createdAt": lambda repo, commit: wire_date(repo.created_at),
    "disabled": lambda repo, commit: repo.disabled,
    "lastModified": lambda repo, commit: wire_date(commit.date),
    "likes": lambda repo, commit: repo.likes,
    "private": lambda repo, commit: repo.private,
    "resourceGroup": _detail("resourceGroup"),
    "sha": lambda repo, commit: commit.oid,
    "siblings": _siblings,
    "tags": lambda repo, commit: list(repo.tags),
    "trendingScore": lambda repo, commit: repo.trending_score,
    "usedStorage": lambda repo, commit: sum(file.size for file in commit.files.values()),
}
DOWNLOADABLE: dict[str, Property] = {
    "downloads": lambda repo, commit: repo.downloads,
    "downloadsAllTime": lambda repo, commit: repo.downloads_all_time,
    "gated": lambda repo, commit: repo.gated,
}
MODEL_DETAILS = _names(
    "baseModels childrenModelCount config evalResults gguf inference inferenceProviderMapping "
    "library_name mask_token model-index pipeline_tag safetensors spaces transformersInfo "
    "widgetData"
)
DATASET_DETAILS = _names("citation description mainSize paperswithcode_id")
SPACE_DETAILS = _names("datasets models region runtime sdk")

# What `expand` may name.
EXPANDABLE: dict[Kind, dict[str, Property]] = {
    "model": {**SHARED, **DOWNLOADABLE, **{name: _detail(name) for name in MODEL_DETAILS}},
    "dataset": {**SHARED, **DOWNLOADABLE, **{name: _detail(name) for name in DATASET_DETAILS}},
    "space": {
        **SHARED,
        **{name: _detail(name) for name in SPACE_DETAILS},
        "subdomain": lambda repo, commit: subdomain_of(repo),
    },
}
# What comes unasked only.
EXTRA: dict[str, Property] = {
    "modelId": lambda repo, commit: repo.id,
    "gated": lambda repo, commit: repo.gated,
    "host": lambda repo, commit: f"https://{subdomain_of(repo)}.hf.space",
    "title": _detail("title"),
    "emoji": _detail("emoji"),
    "colorFrom": _detail("colorFrom"),
    "colorTo": _detail("colorTo"),
    "shortDescription": _detail("shortDescription"),
    "ai_short_description": _detail("ai_short_description"),
    "ai_category": _detail("ai_category"),
    "repoType": lambda repo, commit: repo.kind,
}

LIST_FIELDS: dict[Kind, list[str]] = {
    "model": _names(
        "modelId likes trendingScore private downloads tags pipeline_tag library_name createdAt"
    ),
    "dataset": _names(
        "author disabled gated lastModified likes trendingScore private sha description downloads "
        "paperswithcode_id tags createdAt"
    ),
    "space": _names(
        "author title emoji colorFrom colorTo disabled lastModified likes trendingScore private "
        "sdk tags shortDescription ai_short_description ai_category createdAt"
    ),
}
INFO_FIELDS: dict[Kind, list[str]] = {
    "model": _names(
        "author gated inference lastModified likes trendingScore private sha downloads disabled "
        "modelId tags pipeline_tag library_name widgetData model-index config cardData "
        "transformersInfo safetensors siblings spaces createdAt usedStorage resourceGroup"
    ),
    "dataset": _names(
        "author disabled gated lastModified likes private sha description downloads "
        "paperswithcode_id tags cardData siblings createdAt usedStorage resourceGroup"
    ),
    "space": _names(
        "author disabled gated lastModified likes private sdk sha subdomain host tags cardData "
        "runtime siblings models datasets createdAt usedStorage resourceGroup"
    ),
}
SEARCH_FIELDS = [*LIST_FIELDS["space"], "repoType", "runtime"]
TRENDING_FIELDS: dict[Kind, list[str]] = {
    "model": [*LIST_FIELDS["model"], "author", "gated", "lastModified"],
    "dataset": LIST_FIELDS["dataset"],
    "space": SEARCH_FIELDS,
}

LINKED_FIELDS: dict[Kind, list[str]] = {
    "model": _names(
        "author gated lastModified private downloads likes tags pipeline_tag library_name"
    ),
    "dataset": _names("author gated lastModified private downloads likes tags"),
    "space": _names("author lastModified private likes trendingScore sdk title emoji tags"),
}


def render(repo: Repo, fields: Iterable[str], commit: Commit | None = None) -> dict[str, Any]:
    """Return `_id`, `id` and the fields that have a value."""
    known = {**EXTRA, **EXPANDABLE[repo.kind]}
    values = ((name, known[name](repo, commit or repo.head)) for name in fields)
    present = {name: value for name, value in values if value is not None}
    return {"_id": hex_id(repo.kind, repo.id), "id": repo.id, **present}


def check_expand(kind: Kind, names: Iterable[str]) -> list[str]:
    names = list(names)
    for name in names:
        if name not in EXPANDABLE[kind]:
            options = "|".join(sorted(EXPANDABLE[kind]))
            raise errors.invalid(f'Invalid option "{name}": expected one of {options}')
    return names
