"""get-paper-info: one paper and the repositories that name it."""

import asyncio

from pydantic import Field

from mcpendpoint.hub.errors import HubError
from mcpendpoint.hub.papers import LinkedRepos, get_linked_repos, get_paper
from mcpendpoint.hub.types import RepoType
from mcpendpoint.tools.base import Arguments, Result, Tool, ToolContext, ToolOutput
from mcpendpoint.tools.classic.failures import told
from mcpendpoint.tools.classic.papers import PaperFacts, facts_of, mark_of, render
from mcpendpoint.tools.markdown import bullets, some
from mcpendpoint.tools.paper_ids import paper_id_in
from mcpendpoint.tools.repo_details.finding import or_error

MAX_LINKED = 25


class PaperInfoArguments(Arguments):
    arxiv_id: str = Field(
        min_length=1, max_length=300, description="arXiv id of the paper, e.g. '2502.02737'."
    )


class PaperInfo(Result):
    paper: PaperFacts
    models: list[str]
    datasets: list[str]
    spaces: list[str]


async def run(arguments: PaperInfoArguments, context: ToolContext) -> ToolOutput:
    with told(f"The paper {arguments.arxiv_id}", context):
        paper_id = paper_id_in(arguments.arxiv_id)
        hub = await context.hub()
        (paper, _), linked = await asyncio.gather(
            get_paper(hub, paper_id), or_error(get_linked_repos(hub, paper_id))
        )
    facts = facts_of(paper)
    result = PaperInfo(
        paper=facts,
        models=_ids(linked, RepoType.MODEL),
        datasets=_ids(linked, RepoType.DATASET),
        spaces=_ids(linked, RepoType.SPACE),
    )
    parts = (*mark_of(facts), render(facts), _render_linked(result))
    return ToolOutput(result, "\n\n".join(filter(None, parts)))


def _ids(linked: LinkedRepos | HubError, repo_type: RepoType) -> list[str]:
    if isinstance(linked, HubError):
        return []
    return [repo.id for repo in linked[repo_type][:MAX_LINKED]]


def _render_linked(info: PaperInfo) -> str:
    kinds = (("Models", info.models), ("Datasets", info.datasets), ("Spaces", info.spaces))
    return bullets((name, some(ids, MAX_LINKED) or None) for name, ids in kinds)


PAPER_INFO = Tool(
    name="get-paper-info",
    title="Paper info (classic)",
    purpose="Shows one paper and what was made of it, as older servers did; hf_fs does more.",
    description="Details of a paper by its arXiv id, with the repositories that name it.",
    arguments=PaperInfoArguments,
    result=PaperInfo,
    run=run,
    is_default=False,
)
