"""create_repo: make a model, dataset, Space or bucket, empty or as a copy of another."""

from typing import Literal

from django.conf import settings
from pydantic import Field

from accounts.catalogue import Effect
from accounts.consequences import Kind
from mcpendpoint.hub.client import HubClient
from mcpendpoint.hub.creation import Created, create_bucket, create_repo, duplicate_repo
from mcpendpoint.hub.errors import HubConflict, HubError, HubForbidden
from mcpendpoint.hub.types import RepoType
from mcpendpoint.protocol.records import Reason
from mcpendpoint.tools.base import (
    Arguments,
    Consequence,
    Consequences,
    Result,
    Tool,
    ToolContext,
    ToolError,
    ToolOutput,
)
from mcpendpoint.tools.hf_fs.failures import Failure
from mcpendpoint.tools.hf_fs.uri import FILE_ROOTS, Uri, parse_uri
from mcpendpoint.tools.hub_failures import tool_error
from mcpendpoint.tools.markdown import bullets, code

Sdk = Literal["gradio", "docker", "static"]
DEFAULT_SDK: Sdk = "static"
BUCKETS = "buckets"
PUBLISHES = frozenset({Kind.PUBLISH})


class CreateRepoArguments(Arguments):
    uri: str = Field(
        min_length=1,
        description="What to create: hf://models|datasets|spaces|buckets/OWNER/NAME.",
    )
    source_uri: str | None = Field(
        default=None, description="Copy this repository, of the same type as uri. Not for buckets."
    )
    private: bool | None = Field(
        default=None,
        description="Default: public, or as the organization has it; a copy is like its source.",
    )
    sdk: Sdk | None = Field(
        default=None, description=f"Of a new Space; default {DEFAULT_SDK}. A copy keeps its own."
    )


class CreateRepoResult(Result):
    action: Literal["created", "duplicated"]
    uri: str
    url: str
    repo: str
    repo_type: Literal["model", "dataset", "space", "bucket"]
    id: str | None = None
    private: bool | None = None
    sdk: Sdk | None = None
    source_uri: str | None = None
    source_repo: str | None = None
    note: str | None = None


async def run(arguments: CreateRepoArguments, context: ToolContext) -> ToolOutput:
    target = _parse("uri", arguments.uri)
    source = _parse("source_uri", arguments.source_uri) if arguments.source_uri else None
    _check(arguments, target, source)
    hub = await context.hub()
    try:
        created = await _make(hub, arguments, target, source)
    except HubError as error:
        subject, advice = _subject_and_advice(error, target, source)
        raise tool_error(error, subject, context, advice=advice) from error
    result = _result(arguments, target, source, created)
    return ToolOutput(result, _render(result))


def _consequence_of(arguments: CreateRepoArguments) -> Consequence | None:
    """Nothing but a private one is sure to be seen by nobody else."""
    if arguments.private:
        return None
    try:
        target = _parse("uri", arguments.uri)
    except ToolError:
        return None
    title, source = f"Create {target}", arguments.source_uri
    if arguments.private is False:
        return Consequence(PUBLISHES, f"{title}, which everybody can see", _copied(source))
    who = (
        "as public as what it copies" if source else "public, unless its organization's are private"
    )
    return Consequence(PUBLISHES, f"{title}, which is {who}", _copied(source))


def _copied(source: str | None) -> tuple[str, ...]:
    return (f"Copies everything in: {source}",) if source else ()


def _parse(argument: str, text: str) -> Uri:
    try:
        uri = parse_uri(text, endpoint=settings.HF_ENDPOINT)
    except Failure as failure:
        raise ToolError(f"{argument}: {failure.message}") from failure
    if uri.root not in FILE_ROOTS:
        raise ToolError(
            f"{argument} must be hf://models|datasets|spaces|buckets/OWNER/NAME.",
            reason=Reason.INVALID_ARGUMENTS,
        )
    if uri.revision is not None:
        raise ToolError(
            f"{argument} must point to a repository and must not include a revision (@…).",
            reason=Reason.INVALID_ARGUMENTS,
        )
    if uri.id_length != 2:
        raise ToolError(
            f"{argument} must point to a repository (OWNER/NAME), not a namespace.",
            reason=Reason.INVALID_ARGUMENTS,
        )
    if uri.path:
        raise ToolError(
            f"{argument} must point to a repository, not a file path.",
            reason=Reason.INVALID_ARGUMENTS,
        )
    return uri


def _check(arguments: CreateRepoArguments, target: Uri, source: Uri | None) -> None:
    """Refuse what does not go together."""
    if arguments.sdk and source is not None:
        raise ToolError(
            "sdk is only for a new, empty Space: a copy keeps its source's.",
            reason=Reason.INVALID_ARGUMENTS,
        )
    if arguments.sdk and target.root != RepoType.SPACE.api_segment:
        raise ToolError(
            "sdk is only valid when creating a Space repository.", reason=Reason.INVALID_ARGUMENTS
        )
    if source is None:
        return
    if BUCKETS in (source.root, target.root):
        raise ToolError(
            "Duplicating buckets is not supported: only models, datasets and Spaces.",
            reason=Reason.INVALID_ARGUMENTS,
        )
    if source.root != target.root:
        raise ToolError(
            f"source_uri type ({_type_of(source)}) must match uri type ({_type_of(target)}).",
            reason=Reason.INVALID_ARGUMENTS,
        )


async def _make(
    hub: HubClient, arguments: CreateRepoArguments, target: Uri, source: Uri | None
) -> Created:
    is_private = arguments.private
    if target.root == BUCKETS:
        return await create_bucket(hub, target.repo_id, is_private=is_private)
    repo_type = RepoType(_type_of(target))
    if source is None:
        sdk = _sdk_of(arguments, target)
        return await create_repo(hub, repo_type, target.repo_id, is_private=is_private, sdk=sdk)
    return await duplicate_repo(
        hub, repo_type, source.repo_id, target.repo_id, is_private=is_private
    )


def _type_of(uri: Uri) -> str:
    return uri.root.removesuffix("s")


def _sdk_of(arguments: CreateRepoArguments, target: Uri) -> Sdk | None:
    if target.root != RepoType.SPACE.api_segment:
        return None
    return arguments.sdk or DEFAULT_SDK


def _subject_and_advice(error: HubError, target: Uri, source: Uri | None) -> tuple[str, str]:
    """Name what it is about: the Hub speaks of the source when it does not find it."""
    subject = f"{_type_of(target).capitalize()} {code(target.repo_id)}"
    owner = target.parts[0]
    match error:
        case HubConflict():
            return subject, "It exists already: choose another name, or write to it."
        case HubForbidden():
            return subject, f"Is {code(owner)} this account, or an organization it may write to?"
        case _ if source is not None and error.status == 404:
            return f"{_type_of(source).capitalize()} {code(source.repo_id)}", ""
        case _:
            return subject, ""


def _result(
    arguments: CreateRepoArguments, target: Uri, source: Uri | None, created: Created
) -> CreateRepoResult:
    return CreateRepoResult(
        action="created" if source is None else "duplicated",
        uri=str(target),
        url=created.url,
        repo=target.repo_id,
        repo_type=_type_of(target),
        id=created.id,
        private=arguments.private,
        sdk=_sdk_of(arguments, target) if source is None else None,
        source_uri=str(source) if source else None,
        source_repo=source.repo_id if source else None,
        note="Its files are still being copied." if created.is_being_filled else None,
    )


def _render(result: CreateRepoResult) -> str:
    pairs = [
        ("URL", result.url),
        ("URI", code(result.uri)),
        ("Source", code(result.source_uri) if result.source_uri else None),
        ("SDK", result.sdk),
        ("Visibility", {True: "private", False: "public", None: None}[result.private]),
        ("Note", result.note),
    ]
    return f"# {result.repo_type} {result.repo}: {result.action}\n\n{bullets(pairs)}"


CREATE_REPO = Tool(
    name="create_repo",
    title="Create a Hugging Face repository",
    purpose="Creates models, datasets, Spaces and buckets, empty or as copies.",
    description=(
        "Create a Hugging Face model, dataset, Space or bucket, or with source_uri a copy of a "
        "model, dataset or Space, made on the Hub."
    ),
    arguments=CreateRepoArguments,
    result=CreateRepoResult,
    run=run,
    effects=frozenset({Effect.WRITE}),
    hub_scopes=("contribute-repos", "manage-repos"),
    is_default=False,
    needs_sign_in=True,
    consequences=Consequences(PUBLISHES, _consequence_of),
)
