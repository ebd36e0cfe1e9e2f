"""duplicate_space: a copy of a Space in one's own account."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from pydantic import Field

from accounts.catalogue import Effect
from accounts.consequences import Kind
from mcpendpoint.hub.client import HubClient
from mcpendpoint.hub.creation import duplicate_repo
from mcpendpoint.hub.errors import HubConflict, HubError, HubNotFound
from mcpendpoint.hub.spaces import get_space, get_variables
from mcpendpoint.hub.types import RepoType, Space
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
from mcpendpoint.tools.classic.failures import told
from mcpendpoint.tools.hub_failures import tool_error
from mcpendpoint.tools.markdown import bullets, code
from mcpendpoint.tools.names import space_id_in
from mcpendpoint.tools.own_account import own_name
from mcpendpoint.tools.repo_details.finding import or_error

ZERO_GPU = "zero-a10g"
FREE_CPU = "cpu-basic"
UNKNOWN_HARDWARE = f"Hardware: as the original has it, which may be {ZERO_GPU} and use your quota"
HARDWARE: Mapping[str, str] = {"freecpu": FREE_CPU, "zerogpu": ZERO_GPU}


class DuplicateSpaceArguments(Arguments):
    sourceSpaceId: str = Field(  # noqa: N815  as older servers spell it
        min_length=1, max_length=1_000, description="The Space to copy, e.g. 'owner/app'."
    )
    newSpaceId: str | None = Field(  # noqa: N815
        default=None,
        max_length=1_000,
        description="Name of the copy, or owner/name; default: the same name.",
    )
    hardware: Literal["freecpu", "zerogpu"] | None = Field(
        default=None, description="Default: ZeroGPU if the source has it, else the free CPU."
    )
    private: bool = Field(default=True, description="Whether only its owner can see it.")


class Duplicated(Result):
    space: str
    url: str
    source: str
    private: bool
    hardware: str
    variables: list[str]
    """Names of those that were copied."""
    notes: list[str]


async def run(arguments: DuplicateSpaceArguments, context: ToolContext) -> ToolOutput:
    hub = await context.hub()
    source = await space_id_in(hub, arguments.sourceSpaceId, "sourceSpaceId", context)
    target = await _target(hub, arguments, source, context)
    with told(f"Space {code(source)}", context):
        space = await get_space(hub, source)
    known = await or_error(get_variables(hub, source))
    variables = [] if isinstance(known, HubError) else known
    hardware = HARDWARE.get(arguments.hardware or "", _like(space))
    try:
        created = await duplicate_repo(
            hub,
            RepoType.SPACE,
            source,
            target,
            is_private=arguments.private,
            hardware=hardware,
            variables=[variable.model_dump(exclude_none=True) for variable in variables],
        )
    except HubError as error:
        exists = isinstance(error, HubConflict)
        advice = "Choose another newSpaceId." if exists else ""
        raise tool_error(error, f"Space {code(target)}", context, advice=advice) from error
    result = Duplicated(
        space=target,
        url=created.url,
        source=source,
        private=arguments.private,
        hardware=hardware,
        variables=[variable.key for variable in variables],
        notes=_notes(space, hardware, are_variables_known=not isinstance(known, HubError)),
    )
    return ToolOutput(result, _render(result))


def _consequence_of(arguments: DuplicateSpaceArguments) -> Consequence | None:
    kinds = frozenset() if arguments.private else frozenset({Kind.PUBLISH})
    where = f" as {arguments.newSpaceId}" if arguments.newSpaceId else ""
    who = "only you can see" if arguments.private else "everybody can see"
    title = f"Copy the Space {arguments.sourceSpaceId}{where}, which {who}"
    on_free_cpu = Consequence(kinds, title, (f"Hardware: {FREE_CPU}, free",)) if kinds else None
    on_zero_gpu = Consequence(
        kinds | {Kind.SPEND}, title, (f"Hardware: {ZERO_GPU}, which uses your quota",)
    )
    match arguments.hardware:
        case "freecpu":
            return on_free_cpu
        case "zerogpu":
            return on_zero_gpu

    async def look_closer(context: ToolContext) -> Consequence | None:
        try:
            hub = await context.hub()
            source = await space_id_in(hub, arguments.sourceSpaceId, "sourceSpaceId", context)
            space = await get_space(hub, source)
        except HubNotFound:  # the call itself will say so
            return on_free_cpu
        except (HubError, ToolError):
            return replace(on_zero_gpu, lines=(UNKNOWN_HARDWARE,))
        return on_zero_gpu if _like(space) == ZERO_GPU else on_free_cpu

    return replace(on_zero_gpu, look_closer=look_closer)


async def _target(
    hub: HubClient, arguments: DuplicateSpaceArguments, source: str, context: ToolContext
) -> str:
    wanted = arguments.newSpaceId or source.partition("/")[2]
    if "/" not in wanted:
        wanted = f"{await own_name(context)}/{wanted}"
    return await space_id_in(hub, wanted, "newSpaceId", context)


def _hardware_of(space: Space) -> str | None:
    hardware = space.runtime.hardware if space.runtime else None
    return hardware.requested or hardware.current if hardware else None


def _like(space: Space) -> str:
    return ZERO_GPU if _hardware_of(space) == ZERO_GPU else FREE_CPU


def _notes(space: Space, hardware: str, *, are_variables_known: bool) -> list[str]:
    notes = ["Secrets are not copied: if the Space needs any, set them in the copy's settings."]
    original = _hardware_of(space)
    if original not in (None, hardware):
        notes.append(
            f"The source runs on {original}; the copy on {hardware}. It may need the other, which "
            "can cost money: choose it in the copy's settings."
        )
    if not are_variables_known:
        notes.append("The source's variables could not be read: check those of the copy.")
    if space.gated:
        notes.append("The source is gated; the copy may need access to what it uses.")
    return notes


def _render(result: Duplicated) -> str:
    pairs = (
        ("URL", result.url),
        ("Source", code(result.source)),
        ("Visibility", "private" if result.private else "public"),
        ("Hardware", result.hardware),
        ("Variables", ", ".join(map(code, result.variables))),
    )
    notes = "\n".join(f"- {note}" for note in result.notes)
    return f"# {result.space}: duplicated\n\n{bullets(pairs)}\n\n{notes}"


DUPLICATE_SPACE = Tool(
    name="duplicate_space",
    title="Duplicate a Space (classic)",
    purpose="Copies a Space into one's own account, as older servers did; create_repo does more.",
    description="Copy a Hugging Face Space, with its variables, into the user's own account.",
    arguments=DuplicateSpaceArguments,
    result=Duplicated,
    run=run,
    effects=frozenset({Effect.WRITE}),
    hub_scopes=("contribute-repos", "manage-repos"),
    is_default=False,
    needs_sign_in=True,
    consequences=Consequences(frozenset({Kind.PUBLISH, Kind.SPEND}), _consequence_of),
)
