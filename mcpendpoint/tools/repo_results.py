"""What tools say of a repository in a list: one small model of all three types, and its text."""

from datetime import datetime

from mcpendpoint.hub.repos import AnyRepo, page_url
from mcpendpoint.hub.types import Dataset, Model, RepoType, Space
from mcpendpoint.tools import markdown
from mcpendpoint.tools.base import Result

MAX_TAGS = 20
MAX_TAG_CHARS = 200
MAX_DESCRIPTION_CHARS = 200


class RepoSummary(Result):
    id: str
    url: str
    author: str | None = None
    title: str | None = None
    emoji: str | None = None
    description: str | None = None
    task: str | None = None
    library: str | None = None
    sdk: str | None = None
    stage: str | None = None
    downloads: int | None = None
    likes: int | None = None
    trending_score: float | None = None
    tags: list[str]
    more_tags: int | None = None
    """How many tags are left out."""
    private: bool | None = None
    gated: str | None = None
    disabled: bool | None = None
    created_at: datetime | None = None
    last_modified: datetime | None = None


def summary_of(repo: AnyRepo) -> RepoSummary:
    common = {
        "id": repo.id,
        "url": page_url(type_of(repo), repo.id),
        "author": repo.owner,
        "downloads": repo.downloads,
        "likes": repo.likes,
        "trending_score": repo.trending_score,
        "tags": [tag[:MAX_TAG_CHARS] for tag in repo.tags[:MAX_TAGS]],
        "more_tags": max(len(repo.tags) - MAX_TAGS, 0) or None,
        "private": repo.private or None,
        "gated": gate_of(repo),
        "disabled": repo.disabled or None,
        "created_at": repo.created_at,
        "last_modified": repo.last_modified,
    }
    match repo:
        case Model():
            return RepoSummary(**common, task=repo.pipeline_tag, library=repo.library_name)
        case Dataset():
            return RepoSummary(**common, description=_short(repo.description))
        case Space():
            return RepoSummary(
                **common,
                title=markdown.one_line(repo.display_title, MAX_DESCRIPTION_CHARS),
                emoji=repo.display_emoji[:16] or None,
                description=_short(repo.summary),
                sdk=repo.sdk,
                stage=repo.stage,
            )


def type_of(repo: AnyRepo) -> RepoType:
    match repo:
        case Model():
            return RepoType.MODEL
        case Dataset():
            return RepoType.DATASET
        case Space():
            return RepoType.SPACE


def gate_of(repo: AnyRepo) -> str | None:
    """Return "auto" or "manual" (how access is granted), None when it is not gated."""
    if repo.gated is False:
        return None
    return "manual" if repo.gated is True else repo.gated


def marks_of(*, private: bool | None, gated: str | None, disabled: bool | None) -> str | None:
    marks = (
        ("🔐 Private", private),
        (f"🔒 Gated ({gated})", gated),
        ("⛔ Disabled", disabled),
    )
    return ", ".join(mark for mark, applies in marks if applies) or None


def render_summary(repo: RepoSummary) -> str:
    heading = f"### {markdown.code(repo.id)}"
    if repo.title:
        heading = f"### {f'{repo.emoji} ' if repo.emoji else ''}{repo.title} ({repo.id})"
    dates = markdown.facts(
        (
            ("Created", _date(repo.created_at)),
            ("Last modified", _date(repo.last_modified)),
        )
    )
    numbers = markdown.facts(
        (
            ("Author", repo.author),
            ("Task", repo.task),
            ("Library", repo.library),
            ("SDK", repo.sdk),
            ("State", repo.stage),
            ("Downloads", _count(repo.downloads)),
            ("Likes", _count(repo.likes)),
            ("Trending score", _count(repo.trending_score)),
            ("Status", marks_of(private=repo.private, gated=repo.gated, disabled=repo.disabled)),
        )
    )
    tags = ", ".join(markdown.code(tag) for tag in repo.tags)
    more = f" *and {repo.more_tags} more*" if repo.more_tags else ""
    lines = (
        heading,
        repo.description,
        numbers,
        f"**Tags:** {tags}{more}" if tags else "",
        dates,
        repo.url,
    )
    return "\n".join(line for line in lines if line)


def _date(value: datetime | None) -> str | None:
    return markdown.date(value) if value else None


def _count(value: float | None) -> str | None:
    return None if value is None else markdown.number(value)


def _short(text: str | None) -> str | None:
    return markdown.one_line(text, MAX_DESCRIPTION_CHARS) if text else None
