"""What the classic tools say of a paper."""

from datetime import datetime

from mcpendpoint.hub.papers import Paper
from mcpendpoint.tools import markdown
from mcpendpoint.tools.base import Result
from mcpendpoint.tools.hf_fs.paper_entries import page_of

MAX_AUTHORS = 8
MAX_TITLE_CHARS = 300
MAX_ABSTRACT_CHARS = 4_000
MAX_CHARS = 40_000


class PaperFacts(Result):
    id: str
    title: str
    url: str
    authors: list[str]
    more_authors: int | None = None
    published_at: datetime | None = None
    withdrawn_at: datetime | None = None
    upvotes: int | None = None
    abstract: str | None = None
    ai_summary: str | None = None
    """An AI model wrote it."""
    github_repo: str | None = None
    project_page: str | None = None


def facts_of(paper: Paper, *, is_concise: bool = False) -> PaperFacts:
    """Concisely: the AI's summary in place of the abstract, where there is one."""
    authors = [markdown.one_line(author.name) for author in paper.authors if not author.hidden]
    has_summary = is_concise and bool(paper.ai_summary)
    return PaperFacts(
        id=paper.id,
        title=markdown.one_line(paper.title or paper.id, MAX_TITLE_CHARS),
        url=page_of(paper.id),
        authors=authors[:MAX_AUTHORS],
        more_authors=max(len(authors) - MAX_AUTHORS, 0) or None,
        published_at=paper.published_at,
        withdrawn_at=paper.withdrawn_at,
        upvotes=paper.upvotes,
        abstract=None if has_summary else _short(paper.summary),
        ai_summary=_short(paper.ai_summary),
        github_repo=paper.github_repo,
        project_page=paper.project_page,
    )


def _short(text: str | None) -> str | None:
    return markdown.one_line(text, MAX_ABSTRACT_CHARS) if text else None


def mark_of(*papers: PaperFacts) -> list[str]:
    return markdown.mark(text for paper in papers for text in (paper.abstract, paper.ai_summary))


def render(paper: PaperFacts) -> str:
    more = f", and {paper.more_authors} more" if paper.more_authors else ""
    about = markdown.facts(
        (
            ("Published", markdown.date(paper.published_at) if paper.published_at else None),
            ("Withdrawn", markdown.date(paper.withdrawn_at) if paper.withdrawn_at else None),
            ("Authors", f"{', '.join(paper.authors)}{more}" if paper.authors else None),
            ("Upvotes", None if paper.upvotes is None else str(paper.upvotes)),
            ("Code", paper.github_repo),
            ("Project", paper.project_page),
        )
    )
    lines = (
        f"### {paper.title} ({paper.id})",
        about,
        paper.abstract,
        f"AI-generated summary: {paper.ai_summary}" if paper.ai_summary else None,
        paper.url,
    )
    return "\n".join(filter(None, lines))
