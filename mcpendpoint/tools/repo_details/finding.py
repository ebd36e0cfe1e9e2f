"""Which repositories an id means, and why it means none."""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from mcpendpoint.hub.client import HubClient
from mcpendpoint.hub.errors import HubError, HubNotFound, HubNotSignedIn
from mcpendpoint.hub.repos import AnyRepo, get_account, get_repo, page_url
from mcpendpoint.hub.types import Organization, RepoType, User
from mcpendpoint.tools.base import ToolContext
from mcpendpoint.tools.hub_failures import Problem, problem_of

T = TypeVar("T")


@dataclass(frozen=True)
class Found:
    repos: Mapping[RepoType, AnyRepo]
    account: User | Organization | None
    problems: Sequence[Problem]


async def find(
    hub: HubClient,
    repo_id: str,
    types: Sequence[RepoType],
    context: ToolContext,
    *,
    revision: str | None = None,
) -> Found:
    """Look for a repository of each type, and for an account when there is none."""
    answers = await asyncio.gather(
        *(or_error(get_repo(hub, repo_type, repo_id, revision=revision)) for repo_type in types)
    )
    pairs = list(zip(types, answers, strict=True))
    repos = {kind: answer for kind, answer in pairs if not isinstance(answer, HubError)}
    errors = {kind: answer for kind, answer in pairs if isinstance(answer, HubError)}
    unclear = {kind: error for kind, error in errors.items() if not _means_absent(error)}
    if repos or unclear:
        return Found(repos, None, _problems_of(repo_id, unclear, context))
    if "/" not in repo_id and len(types) > 1:
        return await find_account(hub, repo_id, context)
    return Found({}, None, _problems_of(repo_id, errors, context))


async def find_account(hub: HubClient, name: str, context: ToolContext) -> Found:
    account = await or_error(get_account(hub, name))
    if isinstance(account, HubError):
        return Found({}, None, [problem_of(account, f"`{name}`", context)])
    return Found({}, account, ())


def _problems_of(
    repo_id: str, errors: Mapping[RepoType, HubError], context: ToolContext
) -> list[Problem]:
    """Return one problem of each kind: all types of an id mostly fail for the same reason."""
    by_kind: dict[type[HubError], list[RepoType]] = {}
    for repo_type, error in errors.items():
        by_kind.setdefault(type(error), []).append(repo_type)
    return [
        problem_of(
            errors[types[0]],
            f"{_any_of(types)} `{repo_id}`",
            context,
            page_url=page_url(types[0], repo_id),
        )
        for types in by_kind.values()
    ]


def _any_of(types: Sequence[RepoType]) -> str:
    names = ["Space" if kind is RepoType.SPACE else kind.value for kind in types]
    text = " or ".join(filter(None, (", ".join(names[:-1]), names[-1])))
    return text[0].upper() + text[1:]


def _means_absent(error: HubError) -> bool:
    return isinstance(error, HubNotFound | HubNotSignedIn)


async def or_error(asked: Awaitable[T]) -> T | HubError:
    """Return the error in place of raising it: others may go well."""
    try:
        return await asked
    except HubError as error:
        return error
