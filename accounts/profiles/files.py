"""A profile as a file, and what a link to one says. Pure: no I/O.

Whoever wrote a file or a link may be anybody: neither has a secret, and neither loosens anything.
"""

from codecs import BOM_UTF8
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from accounts.consequences import ALWAYS_ASK, ApprovalChoices, Choice
from accounts.hub_names import HubRepoId

MAX_FILE_BYTES = 200_000
MAX_TOOLS = 200
MAX_SPACES = 50

ToolName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,128}$")]
OwnName = Annotated[str, StringConstraints(min_length=1, max_length=128)]


class BadFile(Exception):
    """Why it is no profile, for the person to read."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class FiledSpace(_Strict):
    id: HubRepoId
    tools: Annotated[list[OwnName], Field(min_length=1, max_length=MAX_TOOLS)] | None = None
    asks_first: bool = False
    offers_resources: bool = False
    offers_prompts: bool = False


class FiledProfile(_Strict):
    format: Literal["hfmcp-profile"] = "hfmcp-profile"
    version: Annotated[int, Field(ge=1, le=1)] = 1
    name: Annotated[str, StringConstraints(max_length=40)] = ""
    tools: Annotated[list[ToolName], Field(max_length=MAX_TOOLS)] | None = None
    include_images: bool = True
    approvals: dict[Literal["delete", "publish", "spend"], Literal["ask", "allow", "never"]] = {}
    spaces: Annotated[list[FiledSpace], Field(max_length=MAX_SPACES)] = []


def read_file(data: bytes) -> FiledProfile:
    """Raises BadFile."""
    if len(data) > MAX_FILE_BYTES:
        raise BadFile("The file is too large to be a profile.")
    try:
        read = FiledProfile.model_validate_json(data.removeprefix(BOM_UTF8))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        parts = [str(part)[:40] for part in first["loc"][:4]]
        place = ".".join(parts) if all(map(str.isprintable, parts)) else ""
        raise BadFile(
            f"This is no profile that this server can read{f' (see {place})' if place else ''}."
        ) from error
    return _checked(read)


@dataclass(frozen=True)
class Link:
    """What a link to a profile names."""

    name: str
    tools: tuple[str, ...]
    spaces: tuple[str, ...]

    @property
    def query(self) -> dict[str, str]:
        said = {"name": self.name, "tools": ",".join(self.tools), "spaces": ",".join(self.spaces)}
        return {key: text for key, text in said.items() if text}


def read_link(query: Mapping[str, Any]) -> FiledProfile:
    """Raises BadFile."""
    tools, spaces = (_words(str(query.get(key, ""))) for key in ("tools", "spaces"))
    if not tools and not spaces:
        raise BadFile("The link names no tools and no Spaces.")
    try:
        read = FiledProfile(
            name=str(query.get("name", ""))[:40],
            tools=tools or None,
            spaces=[FiledSpace(id=space_id) for space_id in spaces],
        )
    except ValidationError as error:
        raise BadFile("The link names what can be neither a tool nor a Space.") from error
    return _checked(read)


def _words(text: str) -> list[str]:
    return list(dict.fromkeys(word.strip() for word in text.split(",") if word.strip()))


def _checked(read: FiledProfile) -> FiledProfile:
    """Raises BadFile."""
    ids = [space.id.lower() for space in read.spaces]
    if len(set(ids)) < len(ids):
        raise BadFile("It names a Space twice.")
    names = [name for space in read.spaces for name in space.tools or ()]
    if not all(map(str.isprintable, names)):
        raise BadFile("It names a tool that no tool is called.")
    return read


def stricter(filed: Mapping[Any, str], own: ApprovalChoices) -> dict[str, str]:
    """Return columns of approvals: never, where a file says so, or the person does of their own."""
    never = {kind: Choice.NEVER for kind, choice in filed.items() if choice == Choice.NEVER}
    return ALWAYS_ASK.or_stricter(own).or_stricter(ApprovalChoices(**never)).as_columns()


def known(names: Iterable[str] | None, existing: Iterable[str]) -> list[str] | None:
    """Return those of the tools that this server has."""
    return None if names is None else sorted(set(names) & set(existing))
