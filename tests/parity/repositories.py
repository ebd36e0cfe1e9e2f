"""Facts of repositories, in searches and overviews: from Markdown, and from structured content."""

import re
from typing import Any
from urllib.parse import urlsplit

from tests.parity.reading import (
    Facts,
    day,
    known,
    labelled,
    last_path,
    listed,
    marks,
    number,
    one_line,
    section,
)

DESCRIPTION_CHARS = 190  # what both show of a long one, at least

_ID = re.compile(r"[\w.-]+/[\w.-]+")


def search_in_text(text: str) -> dict[str, list[Facts]]:
    """Return the results of each type, in order."""
    parts = re.split(r"^## ", text, flags=re.MULTILINE)[1:]
    return {
        part.split()[0].lower(): list(map(_result, re.split(r"^### ", part, flags=re.M)[1:]))
        for part in parts
    }


def _result(block: str) -> Facts:
    heading, _, body = block.partition("\n")
    first_line = body.strip().partition("\n")[0]
    labels = labelled(body)
    more_tags = re.search(r"and (\d+) more", body)
    return known(
        {
            "id": _ID.findall(heading)[-1],
            "path": last_path(body),
            "author": labels.get("author"),
            "description": None if first_line.startswith("**") else _start_of(first_line),
            "task": labels.get("task"),
            "library": labels.get("library"),
            "sdk": labels.get("sdk"),
            "downloads": number(labels.get("downloads")),
            "likes": number(labels.get("likes")),
            "trending_score": number(labels.get("trending score")),
            "tags": listed(re.sub(r" \*and \d+ more.*", "", labels.get("tags", ""))),
            "more_tags": int(more_tags[1]) if more_tags else None,
            "created": day(labels.get("created")),
            "modified": day(labels.get("last modified")),
            "marks": marks(body),
        }
    )


def search_in_content(content: dict[str, Any]) -> dict[str, list[Facts]]:
    return {
        f"{group['repo_type']}s": list(map(_summary, group["results"]))
        for group in content["groups"]
    }


SAME_NAMES = ("id", "author", "task", "library", "sdk", "likes", "tags", "more_tags")


def _summary(result: dict[str, Any]) -> Facts:
    return known(
        {
            **{name: result.get(name) for name in SAME_NAMES},
            "path": urlsplit(result["url"]).path,
            "description": _start_of(result.get("description")),
            "downloads": result.get("downloads"),
            "trending_score": result.get("trending_score"),
            "created": day(result.get("created_at")),
            "modified": day(result.get("last_modified")),
            "marks": _marked(result),
        }
    )


def _marked(result: dict[str, Any]) -> set[str]:
    return {name for name in ("private", "gated", "disabled") if result.get(name)}


def _start_of(text: str | None) -> str | None:
    return one_line(text)[:DESCRIPTION_CHARS].rstrip(".…") if text else None


def overview_in_text(text: str) -> Facts:
    labels = labelled(text)
    all_time = re.search(r"([\d.,]+[KMB]?) of all time", labels.get("downloads", ""))
    tags = section(text, "Tags")
    return known(
        {
            "path": last_path(labels.get("link", "")),
            "author": labels.get("author"),
            "title": labels.get("pretty name"),
            "description": _start_of(section(text, "Description")),
            "task": labels.get("task"),
            "library": labels.get("library"),
            "sdk": labels.get("sdk"),
            "downloads": number(all_time[1] if all_time else labels.get("downloads")),
            "likes": number(labels.get("likes")),
            "created": day(labels.get("created")),
            "updated": day(labels.get("updated")),
            "marks": marks(labels.get("status", "")),
            "model_class": labels.get("model class"),
            "parameters": number(labels.get("parameters")),
            "architecture": labels.get("architecture"),
            "vocab_size": number(labels.get("vocab size") or labels.get("vocabulary size")),
            "languages": listed(labels.get("language") or labels.get("languages")),
            "license": listed(labels.get("license")),
            "datasets": listed(labels.get("datasets")),
            "task_categories": listed(labels.get("task categories")),
            "size_categories": listed(
                labels.get("size category") or labels.get("size categories") or labels.get("size")
            ),
            "tags": re.findall("`([^`]+)`", tags or labels.get("tags", ""))
            or listed(labels.get("tags")),
            "spaces": re.findall(r"hf\.co/spaces/([^)]+)", section(text, "Demo Spaces"))
            or listed(labels.get("demo spaces")),
            "providers": set(
                re.findall(
                    r"^- \**([\w-]+)\** \((\w+)\)", section(text, "Inference providers"), re.M
                )
            ),
        }
    )


def overview_in_content(overview: dict[str, Any]) -> Facts:
    providers = overview.get("inference_providers", ())
    return known(
        {
            **{name: value for name, value in overview.items() if isinstance(value, list)},
            **{
                name: overview.get(name)
                for name in ("author", "title", "task", "library", "sdk", "likes")
            },
            **{
                name: overview.get(name)
                for name in ("model_class", "parameters", "architecture", "vocab_size")
            },
            "path": urlsplit(overview["url"]).path,
            "description": _start_of(overview.get("description")),
            "downloads": overview.get("downloads_all_time"),
            "created": day(overview.get("created_at")),
            "updated": day(overview.get("last_modified")),
            "marks": _marked(overview),
            "providers": {(item["provider"], item["status"]) for item in providers},
        }
    )
