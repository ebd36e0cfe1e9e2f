"""What the README of a repository says about it: the card, and the tags that follow from it."""

import re
from typing import Any

import yaml

from tests.standins.hub import errors
from tests.standins.hub.records import MAIN, Commit, Kind, Repo

FRONT_MATTER = re.compile(r"\A\s*---\r?\n(.*?)^---\s*$", re.MULTILINE | re.DOTALL)
ARXIV = re.compile(
    r"arxiv\.org/(?:abs|pdf)/(\d{4}\.\d{4,5})|huggingface\.co/papers/(\d{4}\.\d{4,5})"
)
SPACE_DETAILS = ("title", "emoji", "colorFrom", "colorTo", "sdk")
TAG_PREFIXES: dict[Kind, dict[str, str]] = {
    "model": {"language": "", "datasets": "dataset:", "base_model": "base_model:"},
    "dataset": {
        "task_categories": "task_categories:",
        "language": "language:",
        "size_categories": "size_categories:",
    },
    "space": {},
}


def read_card(text: str) -> dict[str, Any]:
    """Return the metadata at the top; raises the Hub's refusal of metadata that is none."""
    match = FRONT_MATTER.search(text)
    if match is None:
        return {}
    try:
        card = yaml.safe_load(match[1])
    except yaml.YAMLError as error:
        raise errors.invalid(f"Invalid metadata in README.md: {_reason(error)}") from error
    if not isinstance(card, dict | None):
        raise errors.invalid("Invalid metadata in README.md: not an object")
    return card or {}


def _reason(error: yaml.YAMLError) -> str:
    return str(getattr(error, "problem", None) or "not YAML")


def card_of(commit: Commit) -> dict[str, Any]:
    return read_card(_readme(commit))


def _readme(commit: Commit) -> str:
    readme = commit.files.get("README.md")
    return readme.content.decode("utf-8", "replace") if readme else ""


def refresh(repo: Repo) -> None:
    """Bring what the Hub knows about the repository up to the head of its main branch."""
    commits = repo.refs[MAIN]
    outdated = set(_tags(repo.kind, commits[1])) if len(commits) > 1 else set()
    kept = [tag for tag in repo.tags if tag not in outdated]
    repo.card = card_of(repo.head)
    repo.tags = tuple(dict.fromkeys([*_tags(repo.kind, repo.head), *kept]))
    names = SPACE_DETAILS if repo.kind == "space" else ("pipeline_tag", "library_name")
    repo.details |= {name: repo.card[name] for name in names if name in repo.card}
    if repo.kind == "space":
        repo.details["shortDescription"] = repo.card.get("short_description")


def _tags(kind: Kind, commit: Commit) -> list[str]:
    card = card_of(commit)
    plain = ("library_name", "pipeline_tag") if kind == "model" else ("sdk",)
    tags = [str(card[name]) for name in plain if card.get(name)]
    tags += _list(card.get("tags"))
    for name, prefix in TAG_PREFIXES[kind].items():
        tags += [f"{prefix}{value}" for value in _list(card.get(name))]
    tags += [f"arxiv:{match[1]}" for match in ARXIV.finditer(_readme(commit))]
    tags += [f"license:{card['license']}"] if card.get("license") else []
    return [*tags, "region:us"]


def _list(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [str(item) for item in values if item]
