"""Entries of papers and of what is in one."""

import re

from django.conf import settings

from mcpendpoint.hub.papers import Paper
from mcpendpoint.tools.hf_fs.arguments import EntryType
from mcpendpoint.tools.hf_fs.entries import document, folder, short
from mcpendpoint.tools.hf_fs.failures import invalid
from mcpendpoint.tools.hf_fs.results import MAX_NAME_CHARS, Entry
from mcpendpoint.tools.hf_fs.uri import Uri
from mcpendpoint.tools.markdown import one_line

METADATA = "metadata.json"
TEXT = "paper.md"
LINKED = ("models", "datasets", "spaces")
_ID = re.compile(r"(?:arxiv:)?(\d{4})\.(\d{3,5})(?:v\d{1,3})?", re.ASCII | re.IGNORECASE)


def parse_paper_id(text: str) -> str:
    """Return the arXiv id as the Hub has it, without a version. Raises Failure."""
    found = _ID.fullmatch(text)
    if found is None:
        raise invalid(
            "invalid arXiv paper id; expected an id such as 2502.16161 in hf://papers/2502.16161"
        )
    number = found[2].zfill(5) if len(found[2]) == 3 else found[2]
    return f"{found[1]}.{number}"


def page_of(paper_id: str) -> str:
    return f"{settings.HF_ENDPOINT}/papers/{paper_id}"


def arxiv_page_of(paper_id: str) -> str:
    return f"https://arxiv.org/abs/{paper_id}"


def paper_entry(paper: Paper) -> Entry:
    daily = paper.daily_date
    return Entry(
        type=EntryType.PAPER,
        path=paper.id,
        name=paper.id,
        uri=str(Uri("papers", (paper.id,))),
        title=one_line(paper.title, MAX_NAME_CHARS) if paper.title else None,
        description=short(paper.ai_summary or paper.summary),
        upvotes=paper.upvotes,
        created_at=paper.published_at,
        published_at=paper.published_at,
        daily_papers_date=daily,
        daily_papers_uri=f"hf://papers/daily/{daily:%Y/%m/%d}" if daily else None,
        url=page_of(paper.id),
        arxiv_url=arxiv_page_of(paper.id),
    )


def children_of(uri: Uri) -> list[Entry]:
    return [
        document(uri.child(METADATA), "application/json"),
        document(uri.child(TEXT), "text/markdown"),
        *(folder(uri.child(name)) for name in LINKED),
    ]


def text_from_metadata(paper: Paper) -> str:
    """Return what there is to read of a paper whose text the Hub does not have."""
    authors = ", ".join(author.name for author in paper.authors if not author.hidden)
    facts = (
        ("Authors", authors),
        ("Published", paper.published_at.date().isoformat() if paper.published_at else ""),
        ("Withdrawn", paper.withdrawn_at.date().isoformat() if paper.withdrawn_at else ""),
        ("arXiv", paper.id),
    )
    links = (
        ("Hugging Face paper page", page_of(paper.id)),
        ("arXiv abstract", arxiv_page_of(paper.id)),
        ("PDF", f"https://arxiv.org/pdf/{paper.id}"),
        ("Daily Papers", f"hf://papers/daily/{paper.daily_date:%Y/%m/%d}")
        if paper.daily_date
        else ("", ""),
        ("Project page", paper.project_page or ""),
        ("GitHub repository", paper.github_repo or ""),
    )
    parts = [
        f"# {one_line(paper.title or paper.id)}",
        "> **The full paper is not available in Markdown.** This page has its metadata and "
        f"summaries. Read the [PDF](https://arxiv.org/pdf/{paper.id}).",
        "\n".join(f"**{name}:** {value}  " for name, value in facts if value),
        "\n".join(["## Links", "", *(f"- {name}: {url}" for name, url in links if url)]),
    ]
    if paper.ai_summary:
        parts.append(
            "## AI-generated summary\n\n> An AI model wrote this; it may contain inaccuracies.\n\n"
            + paper.ai_summary
        )
    if paper.summary:
        parts.append(f"## Abstract\n\n{paper.summary}")
    return "\n\n".join(parts) + "\n"
