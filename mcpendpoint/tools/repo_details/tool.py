"""The line through hub_repo_details: every id at once, each with its own outcome."""

import asyncio
from collections.abc import Sequence

from mcpendpoint.hub.client import HubClient
from mcpendpoint.hub.errors import HubError
from mcpendpoint.hub.references import BadReference, Reference
from mcpendpoint.hub.repos import AnyRepo, get_readme, page_url
from mcpendpoint.hub.spaces import id_of_subdomain
from mcpendpoint.hub.types import Dataset, RepoType
from mcpendpoint.protocol.records import Reason
from mcpendpoint.tools.base import Tool, ToolContext, ToolOutput
from mcpendpoint.tools.hub_failures import Problem, problem_of
from mcpendpoint.tools.markdown import count_fitting
from mcpendpoint.tools.names import parse_reference
from mcpendpoint.tools.repo_details.account import account_of, render_account
from mcpendpoint.tools.repo_details.arguments import Operation, RepoDetailsArguments
from mcpendpoint.tools.repo_details.finding import Found, find, find_account, or_error
from mcpendpoint.tools.repo_details.overview import overview_of, render_overview
from mcpendpoint.tools.repo_details.preview import look_at_rows, render_preview
from mcpendpoint.tools.repo_details.readme import piece_of, render_readme
from mcpendpoint.tools.repo_details.results import (
    Match,
    Preview,
    Readme,
    RepoDetailsResult,
    Repository,
    Structure,
)
from mcpendpoint.tools.repo_details.structure import look_at_structure, render_structure

MAX_CHARS = 66_000
LARGE_PARTS_CHARS = 50_000
"""For the READMEs and rows of all ids together."""

COLUMNS_AND_ROWS = (
    "Columns and rows: hub_repo_details with operations dataset_structure and dataset_preview."
)


async def run(arguments: RepoDetailsArguments, context: ToolContext) -> ToolOutput:
    hub = await context.hub()
    repositories = await asyncio.gather(
        *(_look(hub, text, arguments, context) for text in arguments.repo_ids)
    )
    blocks = [_render(repository) for repository in repositories]
    shown = count_fitting(blocks, MAX_CHARS)
    left_out = [repository.id for repository in repositories[shown:]]
    texts = blocks[:shown]
    if left_out:
        texts.append(f"No room for {', '.join(left_out)}: ask for them in another call.")
    return ToolOutput(
        RepoDetailsResult(repositories=list(repositories[:shown]), left_out=left_out or None),
        "\n\n---\n\n".join(texts),
        failed=_why_all_failed(repositories),
    )


def _why_all_failed(repositories: Sequence[Repository]) -> Reason | None:
    if any(repository.status != "error" for repository in repositories):
        return None
    problems = [problem for each in repositories for problem in each.problems or ()]
    return problems[0].reason if problems else Reason.TOOL


async def _look(
    hub: HubClient, text: str, arguments: RepoDetailsArguments, context: ToolContext
) -> Repository:
    try:
        reference = parse_reference(text)
    except BadReference as error:
        return _repository(text, [], [Problem(kind="invalid_id", message=str(error))])
    name, found = await _find(hub, reference, arguments, context)
    if found.account is not None:
        return Repository(id=name, status="ok", account=account_of(found.account))
    looks = await asyncio.gather(
        *(
            _match(hub, kind, repo, arguments, reference.revision, context)
            for kind, repo in found.repos.items()
        )
    )
    problems = [*found.problems, *(problem for _, some in looks for problem in some)]
    return _repository(name, [match for match, _ in looks], problems)


async def _find(
    hub: HubClient, reference: Reference, arguments: RepoDetailsArguments, context: ToolContext
) -> tuple[str, Found]:
    """Return what a reference names, and its name: the id of a Space that is known by its app."""
    name = reference.name
    if reference.is_account:
        return name, await find_account(hub, name, context)
    if reference.subdomain is not None:
        found_id = await or_error(id_of_subdomain(hub, reference.subdomain))
        if isinstance(found_id, HubError):
            problem = problem_of(found_id, f"A Space at `{reference.subdomain}.hf.space`", context)
            return name, Found({}, None, [problem])
        name = found_id
    types = _types(arguments, reference.repo_type or arguments.repo_type)
    return name, await find(hub, name, types, context, revision=reference.revision)


def _repository(text: str, matches: Sequence[Match], problems: Sequence[Problem]) -> Repository:
    has_content = any(match.has_content for match in matches)
    return Repository(
        id=text,
        status="error" if not has_content else "partial" if problems else "ok",
        matches=list(matches),
        problems=list(dict.fromkeys(problems)),
    )


def _types(arguments: RepoDetailsArguments, asked: RepoType | None) -> Sequence[RepoType]:
    if asked is not None:
        return (asked,)
    if arguments.wants_dataset and Operation.OVERVIEW not in arguments.operations:
        return (RepoType.DATASET,)
    return tuple(RepoType)


async def _match(
    hub: HubClient,
    repo_type: RepoType,
    repo: AnyRepo,
    arguments: RepoDetailsArguments,
    revision: str | None,
    context: ToolContext,
) -> tuple[Match, list[Problem]]:
    readme, structure, preview = await asyncio.gather(
        _readme(hub, repo_type, repo, arguments, revision, context),
        _structure(hub, repo, arguments, context),
        _preview(hub, repo, arguments, context),
    )
    match = Match(
        repo_type=repo_type,
        id=repo.id,
        overview=overview_of(repo) if arguments.wants_overview else None,
        readme=readme[0],
        structure=structure[0],
        preview=preview[0],
    )
    problems = [*readme[1], *structure[1], *preview[1]]
    if repo_type is not RepoType.DATASET and arguments.wants_dataset:
        problems.append(
            Problem(
                kind="unsuitable_operation",
                message=f"`{repo.id}` is a {repo_type}: dataset operations are for datasets only.",
            )
        )
    return match, problems


async def _readme(
    hub: HubClient,
    repo_type: RepoType,
    repo: AnyRepo,
    arguments: RepoDetailsArguments,
    revision: str | None,
    context: ToolContext,
) -> tuple[Readme | None, list[Problem]]:
    if not arguments.include_readme:
        return None, []
    text = await or_error(get_readme(hub, repo_type, repo.id, revision=revision))
    if isinstance(text, HubError):
        url = page_url(repo_type, repo.id)
        return None, [problem_of(text, f"The README of `{repo.id}`", context, page_url=url)]
    max_chars = min(arguments.readme_limit, _share(arguments))
    return piece_of(text, offset=arguments.readme_offset, max_chars=max_chars), []


async def _structure(
    hub: HubClient, repo: AnyRepo, arguments: RepoDetailsArguments, context: ToolContext
) -> tuple[Structure | None, list[Problem]]:
    wanted = Operation.DATASET_STRUCTURE in arguments.operations
    if not wanted or not isinstance(repo, Dataset):
        return None, []
    return await look_at_structure(
        hub, repo, context, config=arguments.config, split=arguments.split
    )


async def _preview(
    hub: HubClient, repo: AnyRepo, arguments: RepoDetailsArguments, context: ToolContext
) -> tuple[Preview | None, list[Problem]]:
    wanted = Operation.DATASET_PREVIEW in arguments.operations
    if not wanted or not isinstance(repo, Dataset):
        return None, []
    outcome = await look_at_rows(
        hub,
        repo,
        context,
        config=arguments.config,
        split=arguments.split,
        offset=arguments.offset,
        limit=arguments.limit,
        max_chars=_share(arguments),
    )
    return (None, [outcome]) if isinstance(outcome, Problem) else (outcome, [])


def _share(arguments: RepoDetailsArguments) -> int:
    """Return how many characters one README or one preview may have."""
    parts = arguments.include_readme + (Operation.DATASET_PREVIEW in arguments.operations)
    return LARGE_PARTS_CHARS // (len(arguments.repo_ids) * max(parts, 1))


def _render(repository: Repository) -> str:
    parts, problems = [f"# {repository.id}"], repository.problems
    for match in repository.matches:
        renamed = f", now `{match.id}`" if match.id != repository.id else ""
        parts.append(f"**Type: {match.repo_type.value.capitalize()}**{renamed}")
        if match.overview:
            parts.append(render_overview(match.overview))
        if match.structure:
            parts.append(render_structure(match.structure))
        if match.preview:
            parts.append(render_preview(match.preview))
        if match.repo_type is RepoType.DATASET and match.has_only_overview and not problems:
            parts.append(COLUMNS_AND_ROWS)
        if match.readme:
            parts.append(render_readme(match.readme))
    if repository.account:
        parts.append(render_account(repository.account))
    parts += [f"⚠️ {problem.message}" for problem in problems]
    return "\n\n".join(parts)


REPO_DETAILS = Tool(
    name="hub_repo_details",
    title="Repository details",
    purpose="Shows a model, dataset, Space or account closely, with README and rows on request.",
    description=(
        "Details of up to 10 Hugging Face models, datasets, Spaces, users or organizations: "
        "facts, README on request; for datasets also structure (configs, splits, columns) and "
        "rows. Each id has its own outcome."
    ),
    arguments=RepoDetailsArguments,
    result=RepoDetailsResult,
    run=run,
)
