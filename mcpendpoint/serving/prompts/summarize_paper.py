"""summarize-paper: a paper in brief, in detail, or for a child."""

import asyncio
from collections.abc import Mapping
from enum import StrEnum

from pydantic import Field

from mcpendpoint.hub.client import HubClient
from mcpendpoint.hub.errors import HubError
from mcpendpoint.hub.papers import Paper, get_linked_repos, get_paper, get_paper_text
from mcpendpoint.hub.types import RepoType
from mcpendpoint.serving.completion.completers import one_of, paper_ids
from mcpendpoint.serving.prompts.base import Prompt
from mcpendpoint.serving.prompts.facts import excerpt, message
from mcpendpoint.tools import markdown
from mcpendpoint.tools.base import Arguments, ToolContext
from mcpendpoint.tools.hf_fs.paper_entries import page_of, text_from_metadata
from mcpendpoint.tools.hub_failures import tool_error
from mcpendpoint.tools.paper_ids import paper_id_in
from mcpendpoint.tools.repo_details.finding import or_error

MAX_LINKED = 5


class DetailLevel(StrEnum):
    BRIEF = "brief"
    DETAILED = "detailed"
    ELI5 = "eli5"


_TASKS: Mapping[DetailLevel, str] = {
    DetailLevel.BRIEF: """\
Summarize the paper arXiv:{id} for somebody who has one minute: what problem it takes on, what is
new, what came out, and why it matters. Five sentences at most, then one with the main figure.""",
    DetailLevel.DETAILED: """\
Summarize the paper arXiv:{id} in detail for somebody of the field:

1. Problem, and what was known before.
2. The method, step by step, with what is new in it.
3. Experiments: data, baselines, and the main figures in a table.
4. Ablations and limits, those that the authors name and those that they do not.
5. What can be used now: code, models, datasets, Spaces.
6. Three questions that a reviewer would ask.""",
    DetailLevel.ELI5: """\
Explain the paper arXiv:{id} as to a bright child of about ten: everyday words, one picture from
daily life that carries through, no formulas and no jargon. Begin with why anybody would want this,
and end with what it cannot do yet. Ten sentences at most, all of them true to the paper.""",
}
_TEXT_CHARS = {DetailLevel.BRIEF: 15_000, DetailLevel.DETAILED: 80_000, DetailLevel.ELI5: 15_000}


class SummarizeArguments(Arguments):
    arxiv_id: str = Field(
        min_length=1,
        max_length=300,
        description="arXiv id or address of the paper, e.g. 2502.02737.",
    )
    detail_level: DetailLevel = Field(
        default=DetailLevel.BRIEF,
        description="brief (the default), detailed, or eli5 (for a child).",
    )


async def write(arguments: SummarizeArguments, context: ToolContext) -> str:
    paper_id = paper_id_in(arguments.arxiv_id)
    hub = await context.hub()
    try:
        (paper, _), text, linked = await asyncio.gather(
            get_paper(hub, paper_id),
            or_error(get_paper_text(hub, paper_id)),
            _linked(hub, paper_id),
        )
    except HubError as error:
        raise tool_error(error, f"The paper {paper_id}", context) from error
    return message(
        _TASKS[arguments.detail_level].format(id=paper_id),
        _facts(paper),
        linked,
        _text(paper, text, _TEXT_CHARS[arguments.detail_level]),
    )


def _facts(paper: Paper) -> str:
    authors = [author.name for author in paper.authors if not author.hidden]
    return markdown.bullets(
        (
            ("Title", paper.title),
            ("Authors", markdown.some(authors, 20) if authors else None),
            ("Published", markdown.date(paper.published_at) if paper.published_at else None),
            ("Upvotes", None if paper.upvotes is None else str(paper.upvotes)),
            ("Page", page_of(paper.id)),
            ("Code", paper.github_repo),
            ("Project", paper.project_page),
        )
    )


async def _linked(hub: HubClient, paper_id: str) -> str:
    linked = await or_error(get_linked_repos(hub, paper_id))
    if isinstance(linked, HubError):
        return ""
    return markdown.bullets(
        (
            f"{repo_type.api_segment.capitalize()} that name it",
            markdown.some([repo.id for repo in linked[repo_type]], MAX_LINKED),
        )
        for repo_type in RepoType
        if linked[repo_type]
    )


def _text(paper: Paper, text: str | HubError, max_chars: int) -> str:
    if isinstance(text, HubError):
        return excerpt(text_from_metadata(paper), max_chars, page_of(paper.id))
    return excerpt(text, max_chars, f"hf://papers/{paper.id}/paper.md")


SUMMARIZE_PAPER = Prompt(
    name="summarize-paper",
    title="Summarize a paper",
    description="A research paper in brief, in detail, or explained as to a child.",
    arguments=SummarizeArguments,
    write=write,
    completers={"arxiv_id": paper_ids, "detail_level": one_of(*DetailLevel)},
)
